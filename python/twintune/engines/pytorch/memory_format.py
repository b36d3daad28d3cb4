"""The memory format of images and feature maps."""

from __future__ import annotations

import torch


def memory_format_of(dtype: torch.dtype) -> torch.memory_format:
    """The fastest memory format of a dtype: channels last, but in float64 one channel after the other.

    float64 has none of oneDNN's kernels on a CPU, and torch 2.13's own cut a grouped convolution's channels out of the
    maps one by one: a step of EfficientNet-Lite0 takes 1.7 times as long with channels last.
    """
    return torch.contiguous_format if dtype == torch.float64 else torch.channels_last


def channels_first(maps: torch.Tensor) -> torch.Tensor:
    """Transposes [images, height, width, channels] to [images, channels, height, width], as PyTorch's layers take maps.

    The maps are copied only if their dtype has another memory format.
    """
    return maps.permute(0, 3, 1, 2).contiguous(memory_format=memory_format_of(maps.dtype))


def as_layer_input(inputs: torch.Tensor) -> torch.Tensor:
    """Arranges a phase's inputs as its first layer takes them: features as they are, images or maps channels first."""
    return channels_first(inputs) if inputs.ndim == 4 else inputs
