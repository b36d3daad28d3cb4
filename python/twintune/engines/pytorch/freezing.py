"""Modules whose weights no longer change, prepared for inference."""

from __future__ import annotations

import copy
import io
import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from timm.layers.norm_act import BatchNormAct2d
from torch import nn

from twintune.engines.pytorch.memory_format import memory_format_of


@torch.no_grad()
def freeze(module: nn.Module, example: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Traces a module, with its weights as constants, BatchNorm folded into convolutions and these laid out for oneDNN.

    Args:
        module: Left as it is. Its layers compute in the modes that they have now.
        example: A batch as it will be given; the others may have more or fewer images.

    Returns:
        What computes the same; all that it holds goes with it.

    Raises:
        Exception: Of any kind, where PyTorch can't.
    """
    with warnings.catch_warnings():
        # PyTorch says on each call that `torch.jit` is deprecated, and will be gone.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, example, check_trace=False)
        # What is frozen within the process' own compilation unit stays there for good; what was loaded has its own.
        buffer = io.BytesIO()
        torch.jit.save(traced, buffer)
        buffer.seek(0)
        loaded = torch.jit.load(buffer, map_location=example.device).eval()
        return torch.jit.optimize_for_inference(torch.jit.freeze(loaded))


@torch.no_grad()
def fold(module: nn.Module, example: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Folds the BatchNorm layers of a copy into the convolutions before them.

    Args:
        module: Left as it is.
        example: A batch as it will be given.

    Returns:
        What computes the same.

    Raises:
        Exception: Of any kind, where PyTorch can't.
    """
    with warnings.catch_warnings():
        # It defines functions of `torch.jit`, which is deprecated.
        warnings.simplefilter("ignore")
        from torch.fx.experimental.optimization import fuse

    duplicate = copy.deepcopy(module).eval()
    _use_own_layers(duplicate)
    folded: Any = fuse(duplicate, inplace=True)
    return folded.to(memory_format=memory_format_of(example.dtype))


def _use_own_layers(module: nn.Module) -> None:
    """Turns what has no counterpart in PyTorch into layers of its own: no others are folded, or can be traced."""
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                activation = cast(nn.Module, child.act) if isinstance(child, BatchNormAct2d) else None
                # What is mended of it is its training mode.
                child.__class__ = nn.BatchNorm2d
                if activation is not None:
                    setattr(parent, name, nn.Sequential(child, activation))
            # What is mended of these two is float64.
            elif isinstance(child, nn.Hardsigmoid):
                child.__class__ = nn.Hardsigmoid
            elif isinstance(child, nn.Hardswish):
                child.__class__ = nn.Hardswish
