"""The projection of pooled features, which some backbones have before their classifier."""

from __future__ import annotations

from pathlib import Path

import keras
from safetensors import safe_open


def build_projection(name: str, weights: Path) -> keras.layers.Conv2D | None:
    """MobileNetV3's `conv_head`, which comes after pooling; None for other backbones.

    keras-hub has it in its classifier, not in its backbone.

    Args:
        name: timm's name of the architecture.
        weights: A safetensors file with timm's tensor names.

    Returns:
        A built layer over [images, 1, 1, channels].
    """
    if not name.startswith("mobilenetv3"):
        return None
    with safe_open(weights, framework="np") as tensors:
        kernel, bias = tensors.get_tensor("conv_head.weight"), tensors.get_tensor("conv_head.bias")
    layer = keras.layers.Conv2D(kernel.shape[0], 1, activation="hard_silu", name="conv_head")
    layer.build((None, 1, 1, kernel.shape[1]))
    layer.set_weights([kernel.transpose(2, 3, 1, 0), bias])
    return layer
