"""How images and feature maps lie in memory."""

from __future__ import annotations

import torch


def memory_format_of(dtype: torch.dtype) -> torch.memory_format:
    """The fastest one of a precision: channels last, but in float64 one channel after the other.

    float64 has none of oneDNN's kernels on a CPU, and torch 2.13's own cut a grouped convolution's channels out of the
    maps one by one: a step of EfficientNet-Lite0 takes 1.7 times as long with channels last.
    """
    return torch.contiguous_format if dtype == torch.float64 else torch.channels_last


def channels_first(maps: torch.Tensor) -> torch.Tensor:
    """Maps of [images, height, width, channels] as PyTorch's layers take them, [images, channels, height, width].

    They are copied only where the memory format of their precision is another.
    """
    return maps.permute(0, 3, 1, 2).contiguous(memory_format=memory_format_of(maps.dtype))


def as_layer_input(inputs: torch.Tensor) -> torch.Tensor:
    """What a phase's batches are, as its first layer takes it: features as they are, images or maps channels first."""
    return channels_first(inputs) if inputs.ndim == 4 else inputs
