"""The files beside an artefact that programs read: how its input is made, and how its network is built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec

from twintune.model.precision import array_dtype
from twintune.protocol import TrainedModelDescription

Output = Literal["logits", "probabilities"]


def output_of(model: TrainedModelDescription) -> Output:
    """The numbers that the network ends in: those of idiomatic mode on TensorFlow end in a softmax."""
    return "probabilities" if (model.framework, model.mode) == ("tensorflow", "idiomatic") else "logits"


def describe_preprocessing(model: TrainedModelDescription) -> dict[str, Any]:
    """Describes what has to be done to an image before an artefact gets it, and what is within the artefact.

    Args:
        model: The model's description.
    """
    image = model.input
    return {
        "decode": {
            "channels": "RGB",
            "orientation": "EXIF",
            "transparency": "on white",
            "sixteenBits": "upper byte",
        },
        "resize": {
            "size": image.size,
            "mode": image.resize,
            # torchvision hands the resizing of a Pillow image to Pillow.
            "library": "TensorFlow" if image.library == "TensorFlow" else "Pillow",
            "interpolation": image.interpolation,
            "antialias": image.antialias,
        },
        "input": {
            "name": "pixels",
            "shape": ["batch", image.size, image.size, 3],
            "dtype": array_dtype(model.precision),
            "range": [0, 255],
        },
        "insideModel": {"channels": image.channels, "scale": 1 / 255, "mean": image.mean, "std": image.std},
        "output": {"name": output_of(model), "shape": ["batch", len(model.classes)]},
        "classes": model.classes,
    }


def write_json(value: Any, file: Path) -> None:
    """Writes a JSON file that people can read too."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2)
    file.write_text(f"{text}\n", encoding="utf-8")
