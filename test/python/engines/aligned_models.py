"""One backbone in both frameworks with the same weights, for the tests of what is built."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from twintune.backbones import BatchNorm, find_backbone
from twintune.model.tensor_files import save_atomically
from twintune.model.weights import random_tensors
from twintune.protocol import Head, Precision
from twintune.seeding import generator

IMAGES = 4
# Unlike either library's own, so that a constant that is not set shows.
BATCH_NORM = BatchNorm(epsilon=3e-3, momentum=0.07)
HEAD = Head(hidden=[], activation="relu", dropout=0.0)


def build_tensorflow(name: str, file: Path, precision: Precision):
    """The aligned model with a head of zeros."""
    from twintune.engines.tensorflow.device import Device
    from twintune.engines.tensorflow.model import add_head, build_backbone

    device = Device("cpu")
    backbone = build_backbone(name, file, _constants(name), precision, device)
    return add_head(backbone, HEAD, _zero_head(name), precision, device)


def build_pytorch(name: str, file: Path, precision: Precision):
    """The aligned model with a head of zeros."""
    from twintune.engines.pytorch.device import Device
    from twintune.engines.pytorch.model import add_head, build_backbone

    device = Device("cpu")
    backbone = build_backbone(name, file, _constants(name), precision, device)
    return add_head(backbone, HEAD, _zero_head(name), precision, device)


def write_weights(name: str, folder: Path) -> Path:
    """Random weights whose BatchNorm layers are not the identity."""
    tensors = random_tensors(name, seed=7)
    for tensor, value in tensors.items():
        draw = generator(7, "statistics", tensor)
        if tensor.endswith(("running_mean", "bias")):
            tensors[tensor] = draw.normal(0, 0.1, value.shape).astype(np.float32)
        elif value.ndim == 1:
            tensors[tensor] = draw.uniform(0.5, 1.5, value.shape).astype(np.float32)
    file = folder / f"{name}.safetensors"
    save_atomically(tensors, file)
    return file


def pixels(precision: str, size: int) -> np.ndarray:
    """[images, size, size, 3] of noise."""
    return generator(3, "images").normal(0, 1, (IMAGES, size, size, 3)).astype(precision)


def _constants(name: str) -> BatchNorm | None:
    return BATCH_NORM if find_backbone(name).batch_norm else None


def _zero_head(name: str) -> dict[str, np.ndarray]:
    features = find_backbone(name).features
    return {"head.0.weight": np.zeros((2, features), np.float32), "head.0.bias": np.zeros(2, np.float32)}
