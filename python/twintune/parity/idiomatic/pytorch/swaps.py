"""Swaps that put TensorFlow's side of an idiomatic pair into torchvision's model, one ingredient at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torchvision.models.resnet import Bottleneck

from twintune.engines.pytorch.batch_norm import batch_norms_of, set_batch_norm_mode
from twintune.model.phases import BatchNormMode


def linear_layers(head: nn.Module) -> list[nn.Linear]:
    """A head's linear layers, in their order."""
    return [module for module in head.modules() if isinstance(module, nn.Linear)]


def swap_epsilon(model: nn.Module, epsilon: float) -> None:
    """Sets another epsilon in every BatchNorm layer."""
    for layer in batch_norms_of(model):
        layer.eps = epsilon


def swap_momentum(model: nn.Module, momentum: float) -> None:
    """Sets another momentum in every BatchNorm layer."""
    for layer in batch_norms_of(model):
        layer.momentum = momentum


def swap_mode(model: nn.Module, mode: BatchNormMode) -> None:
    """Sets another mode in every BatchNorm layer."""
    set_batch_norm_mode(batch_norms_of(model), mode)


def swap_stride(model: nn.Module) -> None:
    """Turns ResNet v1.5 into v1: moves the stride of each block from its 3×3 convolution to its first 1×1."""
    for block in model.modules():
        if isinstance(block, Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride


def swap_tensors(model: nn.Module, tensors: Mapping[str, np.ndarray]) -> None:
    """Replaces tensors of a model, by its own names.

    Raises:
        KeyError: If the model has no tensor of one of the names.
    """
    own = model.state_dict()
    for name, tensor in tensors.items():
        own[name].copy_(torch.from_numpy(np.ascontiguousarray(tensor)))


def swap_linear(head: nn.Module, tensors: Mapping[str, np.ndarray]) -> None:
    """Replaces the tensors of a head, by the names `head.N.weight` and `head.N.bias`."""
    for index, layer in enumerate(linear_layers(head)):
        swap_tensors(layer, {part: tensors[f"head.{index}.{part}"] for part in ("weight", "bias")})


def decay_beside(optimizer: torch.optim.Optimizer) -> None:
    """Decays the parameters once and removes the optimiser's decay, so that its step decays as decoupled decay does."""
    with torch.no_grad():
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            group["weight_decay"] = 0.0


def swap_optimizer_epsilon(optimizer: torch.optim.Optimizer, epsilon: float) -> None:
    """Sets another epsilon in the optimiser."""
    for group in optimizer.param_groups:
        group["eps"] = epsilon
