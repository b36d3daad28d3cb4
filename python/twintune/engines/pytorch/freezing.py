"""The preparation of modules for inference, whose weights no longer change."""

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
    """Traces a module with constant weights, BatchNorm folded into convolutions, and these laid out for oneDNN.

    Args:
        module: The module, which stays as it is. Its layers compute in the modes that they have now.
        example: An example of a batch; the others may have more or fewer images.

    Returns:
        A function that computes the same; all memory that it holds is freed with it.

    Raises:
        Exception: If PyTorch can't prepare the module, of any kind.
    """
    with warnings.catch_warnings():
        # PyTorch warns on each call that `torch.jit` is deprecated.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, example, check_trace=False)
        # A module that is frozen within the process's own compilation unit stays there for good; a loaded one has its
        # own unit.
        buffer = io.BytesIO()
        torch.jit.save(traced, buffer)
        buffer.seek(0)
        loaded = torch.jit.load(buffer, map_location=example.device).eval()
        return torch.jit.optimize_for_inference(torch.jit.freeze(loaded))


@torch.no_grad()
def fold(module: nn.Module, example: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Folds the BatchNorm layers of a copy into the convolutions before them.

    Args:
        module: The module, which stays as it is.
        example: An example of a batch.

    Returns:
        A function that computes the same.

    Raises:
        Exception: If PyTorch can't prepare the module, of any kind.
    """
    with warnings.catch_warnings():
        # The import defines functions of `torch.jit`, which is deprecated.
        warnings.simplefilter("ignore")
        from torch.fx.experimental.optimization import fuse

    duplicate = copy.deepcopy(module).eval()
    replace_modules(duplicate, _own_layer)
    folded: Any = fuse(duplicate, inplace=True)
    return folded.to(memory_format=memory_format_of(example.dtype))


def _own_layer(module: nn.Module) -> nn.Module | None:
    """PyTorch's own layer that replaces a mended module or timm's: no others are folded, or can be traced."""
    if isinstance(module, nn.BatchNorm2d):
        # The mended layer differs in training mode only.
        own = with_tensors_of(module, nn.BatchNorm2d(module.num_features, module.eps, module.momentum))
        return nn.Sequential(own, cast(nn.Module, module.act)) if isinstance(module, BatchNormAct2d) else own
    # These two mended layers differ in float64 only.
    if isinstance(module, nn.Hardsigmoid):
        return nn.Hardsigmoid(module.inplace)
    if isinstance(module, nn.Hardswish):
        return nn.Hardswish(module.inplace)
    return None
