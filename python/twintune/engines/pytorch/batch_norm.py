"""BatchNorm layers with the constants of the backbone's definition, and a mode of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from torch import Tensor, nn

from twintune.model.phases import BatchNormMode
from twintune.protocol import ReplicaBatchNorm


def adopt_batch_norm(backbone: nn.Module, epsilon: float, momentum: float) -> list[nn.BatchNorm2d]:
    """Sets the constants of a backbone's BatchNorm layers, in inference mode.

    Args:
        backbone: The model, which is changed in place.
        epsilon: The constant that is added to the variance.
        momentum: The share of the new batch in the running statistics.

    Returns:
        The layers.
    """
    layers = batch_norms_of(backbone)
    for layer in layers:
        layer.eps = epsilon
        layer.momentum = momentum
    set_batch_norm_mode(layers, "inference")
    return layers


def batch_norms_of(model: nn.Module) -> list[nn.BatchNorm2d]:
    """A model's BatchNorm layers."""
    return [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


def set_batch_norm_mode(layers: list[nn.BatchNorm2d], mode: BatchNormMode) -> None:
    """Sets the mode in which layers normalise, whatever the mode of the rest of the model.

    A layer that has the mode is left alone: `nn.Module.train` walks through all that is within a layer, and for a head
    on features that took longer than its predictions.
    """
    for layer in layers:
        if batch_norm_mode(layer) != mode:
            layer.train(mode == "train")


@contextlib.contextmanager
def synchronizing(layers: list[nn.BatchNorm2d], sum_within: Callable[[Tensor], Tensor] | None) -> Iterator[None]:
    """Has layers in training mode normalise by the moments of all replicas' images within a `with` block.

    PyTorch's `SyncBatchNorm` runs on GPUs alone.

    Args:
        layers: The layers.
        sum_within: A function that sums a tensor over all replicas; None for the moments of a replica's own images.
    """
    for layer in layers:
        layer.__dict__["sum_within"] = sum_within
    try:
        yield
    finally:
        for layer in layers:
            layer.__dict__["sum_within"] = None


def forget_moments(layers: list[nn.BatchNorm2d]) -> None:
    """Forgets which images' moments layers took (see `moments_taken`)."""
    for layer in layers:
        layer.__dict__["moments"] = None


def moments_taken(layers: list[nn.BatchNorm2d]) -> set[ReplicaBatchNorm]:
    """The images whose moments layers took in training mode: those of a replica's share, of all replicas, or both."""
    taken = (layer.__dict__.get("moments") for layer in layers)
    return {moments for moments in taken if moments is not None}


@contextlib.contextmanager
def evaluating(layers: list[nn.BatchNorm2d]) -> Iterator[None]:
    """Has layers normalise by their running statistics within a `with` block, whatever their mode in training."""
    modes: list[BatchNormMode] = [batch_norm_mode(layer) for layer in layers]
    set_batch_norm_mode(layers, "inference")
    try:
        yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            set_batch_norm_mode([layer], mode)


def batch_norm_mode(layer: nn.BatchNorm2d) -> BatchNormMode:
    """The mode in which a layer normalises now."""
    return "train" if layer.training else "inference"
