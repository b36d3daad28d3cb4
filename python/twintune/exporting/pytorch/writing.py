"""The artefacts of PyTorch's models."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from twintune.backbones import find_idiomatic_pair
from twintune.data.dataset import Split
from twintune.data.preprocessing import Resizing
from twintune.engines.pytorch.aligned import AlignedEngine
from twintune.exporting.configuration import describe_preprocessing
from twintune.exporting.pytorch.classifier import build_classifier
from twintune.model.precision import array_dtype
from twintune.protocol import ExportFormat, TrainedModelDescription
from twintune.trained.loading import TrainedModel

# A batch of one would make the batch's size a constant of the traced program.
_TRACED_IMAGES = 2


def write_artefact(trained: TrainedModel, name: ExportFormat, file: Path) -> None:
    """Writes an artefact, but for the tensors alone, which need no framework.

    Args:
        trained: The loaded model.
        name: The format.
        file: The artefact's file.
    """
    model = trained.description
    engine: Any = trained.engine
    classifier = build_classifier(engine, model)
    size, dtype = model.input.size, getattr(torch, array_dtype(model.precision))
    pixels = torch.zeros(_TRACED_IMAGES, size, size, 3, dtype=dtype)
    shapes = ({0: torch.export.Dim("batch")},)
    with warnings.catch_warnings():
        # Both exporters warn of parts of PyTorch that they use themselves.
        warnings.simplefilter("ignore")
        if name == "torch-export":
            program = torch.export.export(classifier, (pixels,), dynamic_shapes=shapes)
            preprocessing = json.dumps(describe_preprocessing(model))
            torch.export.save(program, file, extra_files={"preprocessing.json": preprocessing})
        else:
            _write_onnx(classifier, pixels, shapes, model, file)


def network_of(trained: TrainedModel) -> dict[str, Any]:
    """Describes how the network is built in PyTorch, for the tensors by themselves."""
    engine: Any = trained.engine
    if isinstance(engine, AlignedEngine):
        raise TypeError("the network of aligned mode is described for both frameworks alike")
    chosen = find_idiomatic_pair(trained.description.backbone).torchvision
    # Inception's builder turns this on with its ImageNet weights alone, which nobody loads again.
    transformed = {"transform_input": True} if getattr(engine.model, "transform_input", False) else {}
    return {
        "library": "torchvision",
        "architecture": chosen.model,
        "options": {**chosen.options, **transformed},
        "classifier": engine.head_name,
    }


def read_pixels(trained: TrainedModel, split: Split, position: int) -> np.ndarray:
    """Reads an image as the artefacts take it: uint8, [height, width, 3]."""
    image = trained.description.input
    return np.asarray(split.open_resized(position, Resizing(image.size, image.interpolation, image.crop_fraction)))


def _write_onnx(
    classifier: torch.nn.Module, pixels: torch.Tensor, shapes: Any, model: TrainedModelDescription, file: Path
) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    program = torch.onnx.export(
        classifier,
        (pixels,),
        dynamo=True,
        dynamic_shapes=shapes,
        input_names=["pixels"],
        output_names=["logits"],
        verbose=False,
    )
    assert program is not None, "torch's exporter gives a program"
    preprocessing = describe_preprocessing(model)
    program.model.metadata_props["preprocessing"] = json.dumps(preprocessing)
    program.save(str(file))
