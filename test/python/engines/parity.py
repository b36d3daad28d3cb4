"""One backbone in both frameworks, and what each computes: for the tests of parity, and to measure it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from twintune.backbones import BatchNorm, find_backbone
from twintune.protocol import Head, Precision
from twintune.seeding import generator
from twintune.weights import random_tensors, save_atomically

IMAGES = 4
# Even through all strides, where Keras' `same` pads one side alone; and odd.
EVEN, ODD = 64, 33
# Unlike either library's own, so that a constant that is not set shows.
BATCH_NORM = BatchNorm(epsilon=3e-3, momentum=0.07)
HEAD = Head(hidden=[], activation="relu", dropout=0.0)


@dataclass
class Computed:
    """What one framework made of the pixels in one BatchNorm mode; all in PyTorch's layout."""

    features: np.ndarray
    stages: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    """Of a weighted sum of the features, by timm's names of the parameters."""
    tensors: dict[str, np.ndarray]
    """The backbone's after the pass, which moves running statistics in training mode."""


@contextlib.contextmanager
def twins(name: str, precision: Precision) -> Iterator[tuple[Any, Any]]:
    """The backbone with the same weights in TensorFlow and in PyTorch."""
    with tempfile.TemporaryDirectory() as folder:
        file = write_weights(name, Path(folder))
        yield build_tensorflow(name, file, precision), build_pytorch(name, file, precision)


def build_tensorflow(name: str, file: Path, precision: Precision):
    """The aligned model with a head of zeros."""
    from twintune.engines.tensorflow.model import build_model

    return build_model(name, file, _constants(name), HEAD, _zero_head(name), precision)


def build_pytorch(name: str, file: Path, precision: Precision):
    """The aligned model with a head of zeros."""
    import torch
    from twintune.engines.pytorch.model import build_model

    return build_model(name, file, _constants(name), HEAD, _zero_head(name), precision, torch.device("cpu"))


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


def compute_tensorflow(model, name: str, images: np.ndarray, mode: str) -> Computed:
    """Eagerly: tracing computes the same and takes seven times as long. The tests of the training loop trace."""
    import tensorflow as tf
    from twintune.engines.tensorflow.batch_norm import set_batch_norm_mode
    from twintune.engines.tensorflow.stages import build_stage_outputs

    set_batch_norm_mode(model.batch_norms, mode)
    trained = {n: v for n, v in model.variables.items() if not n.endswith(("running_mean", "running_var"))}
    inputs = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        features = model.features(inputs)
        loss = tf.reduce_sum(features * _direction(features.shape, images.dtype))
    gradients = tape.gradient(loss, [variable.value for variable in trained.values()])
    tensors = {key: value.copy() for key, value in model.backbone_tensors().items()}
    # Another pass, so that it moves no statistics that are compared.
    stages = build_stage_outputs(model, find_backbone(name))(inputs)
    by_name = {key: tf.convert_to_tensor(gradient).numpy() for key, gradient in zip(trained, gradients, strict=True)}
    return Computed(
        features=features.numpy(),
        stages={key: value.numpy().transpose(0, 3, 1, 2) for key, value in stages.items()},
        gradients={key: g.transpose(model.layouts[key]) if key in model.layouts else g for key, g in by_name.items()},
        tensors=tensors,
    )


def compute_pytorch(model, name: str, images: np.ndarray, mode: str) -> Computed:
    """Eagerly."""
    import torch
    from twintune.engines.pytorch.batch_norm import set_batch_norm_mode
    from twintune.engines.pytorch.stages import build_stage_outputs

    set_batch_norm_mode(model.batch_norms, mode)
    model.backbone.zero_grad()
    inputs = torch.from_numpy(images).permute(0, 3, 1, 2)
    features = model.features(inputs)
    (features * torch.from_numpy(_direction(features.shape, images.dtype))).sum().backward()
    tensors = {key: value.copy() for key, value in model.backbone_tensors().items()}
    with torch.no_grad():
        stages = build_stage_outputs(model, find_backbone(name))(inputs)
    return Computed(
        features=features.detach().numpy(),
        stages={key: value.numpy() for key, value in stages.items()},
        gradients={key: parameter.grad.numpy().copy() for key, parameter in model.backbone.named_parameters()},
        tensors=tensors,
    )


def relative(ours: np.ndarray, theirs: np.ndarray, scale: float = 0.0) -> float:
    """The largest difference, as a share of the largest value or of `scale` where that is larger."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), scale, np.finfo(theirs.dtype).tiny))


def furthest(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> tuple[float, str]:
    """The largest relative difference of a tensor, and which.

    A tensor whose true value is zero (the gradient of a bias before BatchNorm in training mode) holds rounding noise:
    it is compared on the scale of the largest tensor.
    """
    assert ours.keys() == theirs.keys()
    scale = max(float(np.abs(value).max()) for value in theirs.values())
    return max(
        (relative(ours[key], theirs[key], scale if np.abs(theirs[key]).max() < 1e-12 * scale else 0.0), key)
        for key in theirs
    )


def _constants(name: str) -> BatchNorm | None:
    return BATCH_NORM if find_backbone(name).batch_norm else None


def _zero_head(name: str) -> dict[str, np.ndarray]:
    features = find_backbone(name).features
    return {"head.0.weight": np.zeros((2, features), np.float32), "head.0.bias": np.zeros(2, np.float32)}


def _direction(shape, dtype) -> np.ndarray:
    """Weights of the features in the sum whose gradients are compared."""
    return generator(5, "direction").normal(0, 1, tuple(shape)).astype(dtype)
