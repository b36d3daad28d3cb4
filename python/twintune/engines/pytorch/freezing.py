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
from twintune.engines.pytorch.replacing import replace_modules, with_tensors_of


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
    replace_modules(duplicate, _own_layer)
    folded: Any = fuse(duplicate, inplace=True)
    return folded.to(memory_format=memory_format_of(example.dtype))


def _own_layer(module: nn.Module) -> nn.Module | None:
    """PyTorch's own layers in the place of what isn't one of them: no others are folded, or can be traced."""
    if isinstance(module, nn.BatchNorm2d):
        # What is mended of it is its training mode.
        own = with_tensors_of(module, nn.BatchNorm2d(module.num_features, module.eps, module.momentum))
        return nn.Sequential(own, cast(nn.Module, module.act)) if isinstance(module, BatchNormAct2d) else own
    # What is mended of these two is float64.
    if isinstance(module, nn.Hardsigmoid):
        return nn.Hardsigmoid(module.inplace)
    if isinstance(module, nn.Hardswish):
        return nn.Hardswish(module.inplace)
    return None
