"""The files beside an artefact that programs read: how its input is made, and how its network is built."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Literal

import msgspec
from PIL import Image

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
            "cropFraction": image.crop_fraction,
            # torchvision hands the resizing of a Pillow image to Pillow.
            "library": "TensorFlow" if image.library == "TensorFlow" else "Pillow",
            "interpolation": image.interpolation,
            "antialias": image.antialias,
            "tallImages": tall_images(),
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


@functools.cache
def tall_images() -> Literal["horizontalFirst", "verticalFirst"]:
    """The order in which this Pillow resizes an image that is much taller than wide.

    Pillow rounds between its two passes, so that the order shows. Pillow 13.0 resizes an image vertically first if it
    loses height, and more than twice the pixels of its width; this was found by trying sizes. Pillow's earlier sources
    resize all images horizontally first.
    """
    image = Image.effect_noise((2, 16), 100).convert("RGB")
    by_height = image.resize((2, 8), Image.Resampling.BICUBIC).resize((8, 8), Image.Resampling.BICUBIC)
    is_by_height = image.resize((8, 8), Image.Resampling.BICUBIC).tobytes() == by_height.tobytes()
    return "verticalFirst" if is_by_height else "horizontalFirst"


def write_json(value: Any, file: Path) -> None:
    """Writes a JSON file that people can read too."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2)
    file.write_text(f"{text}\n", encoding="utf-8")
