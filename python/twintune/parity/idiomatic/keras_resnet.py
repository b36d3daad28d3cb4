"""The tensors of `keras.applications`' ResNets by torchvision's names."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

_PARTS = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}


def is_resnet(name: str) -> bool:
    """Whether a backbone of idiomatic mode is one of the ResNets."""
    return re.fullmatch(r"resnet\d+", name) is not None


def to_torchvision(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Renames and transposes a backbone's tensors.

    Keras' convolutions have a bias and torchvision's have none: the bias is subtracted from BatchNorm's running mean,
    which changes nothing in inference mode; in training mode the batch's own mean cancels it.

    Args:
        tensors: The tensors by Keras' paths, such as `conv2_block1_1_conv/kernel`.

    Returns:
        The tensors by torchvision's names, such as `layer1.0.conv1.weight`.
    """
    renamed: dict[str, np.ndarray] = {}
    for path, tensor in tensors.items():
        layer, part = path.split("/")
        if layer.endswith("_bn"):
            renamed[f"{_module_of(layer)}.{_PARTS[part]}"] = tensor
        elif part == "kernel":
            renamed[f"{_module_of(layer)}.weight"] = tensor.transpose(3, 2, 0, 1)
    for path, bias in tensors.items():
        layer, part = path.split("/")
        if part == "bias":
            mean = f"{_module_of(layer.removesuffix('conv') + 'bn')}.running_mean"
            renamed[mean] = renamed[mean] - bias
    return renamed


def _module_of(layer: str) -> str:
    """The name of a Keras layer in torchvision: `layer1.0.bn2` for `conv2_block1_2_bn`, `conv1` for `conv1_conv`."""
    kind = "bn" if layer.endswith("_bn") else "conv"
    found = re.fullmatch(r"conv(\d)_block(\d+)_(\d)_(?:conv|bn)", layer)
    if found is None:
        return f"{kind}1"
    stage, block, position = map(int, found.groups())
    inside = f"downsample.{int(kind == 'bn')}" if position == 0 else f"{kind}{position}"
    return f"layer{stage - 1}.{block - 1}.{inside}"
