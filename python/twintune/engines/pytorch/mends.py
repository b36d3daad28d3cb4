"""Mends of PyTorch's operations that don't compute what they claim, in a built backbone.

Each docstring names the library, the version in which the fault was seen, the operation and the size of the error. The
mends of TensorFlow's side are in the file of the same name there, and those of BatchNorm's sums in its `batch_norm`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from timm.layers import norm_act
from torch import nn
from torch.nn import functional

from twintune.engines.pytorch.replacing import replace_modules, with_tensors_of
from twintune.protocol import ReplicaBatchNorm

SumWithin = Callable[[torch.Tensor], torch.Tensor]


class BatchNorm2d(nn.BatchNorm2d):
    """BatchNorm whose statistics of a batch are right to the last places of float64.

    torch 2.13's `batch_norm` adds up the values of a channel one after the other. Behind an even background thousands
    of them are nearly alike and are rounded the same way: the mean of 65,536 times -2.1 is off by 1e-12 of itself.
    """

    sum_within: SumWithin | None = None
    """The function that sums moments over all replicas (see `twintune.engines.pytorch.batch_norm.synchronizing`)."""
    moments: ReplicaBatchNorm | None = None
    """The images whose moments the layer took in its last step in training mode; None before that."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Normalises maps of shape [images, channels, height, width]."""
        if self.training:
            self.moments = "local" if self.sum_within is None else "synchronized"
        if not self.training or (input.dtype != torch.float64 and self.sum_within is None):
            return super().forward(input)
        return _normalize_by_batch(self, input, self.sum_within)


class BatchNormAct2d(norm_act.BatchNormAct2d):
    """timm's layer with its activation, mended as `BatchNorm2d` is."""

    sum_within: SumWithin | None = None
    moments: ReplicaBatchNorm | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalises and activates maps of shape [images, channels, height, width]."""
        if self.training:
            self.moments = "local" if self.sum_within is None else "synchronized"
        if not self.training or (x.dtype != torch.float64 and self.sum_within is None):
            return super().forward(x)
        drop, activate = cast(nn.Module, self.drop), cast(nn.Module, self.act)
        return activate(drop(_normalize_by_batch(cast(nn.BatchNorm2d, self), x, self.sum_within)))


class Hardsigmoid(nn.Hardsigmoid):
    """The hard sigmoid, relu6(x + 3) / 6, with the gradient of that formula.

    The backward pass of torch 2.13's `hardsigmoid` multiplies by a sixth that was rounded to float32, in float64 too:
    gradients that pass it (MobileNetV3's squeeze-and-excitation) are off by 3e-8 of themselves.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Computes the activation elementwise; the shape stays."""
        if input.dtype != torch.float64:
            return super().forward(input)
        return functional.relu6(input + 3) / 6


class Hardswish(nn.Hardswish):
    """The hard swish, x · relu6(x + 3) / 6, in the precision of the inputs.

    On a GPU the forward pass of PyTorch's `hardswish` multiplies by a sixth that was rounded to float32, in float64 too
    (`ActivationHardswishKernel.cu`, read and not run). On a CPU both give the same to the last bit.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Computes the activation elementwise; the shape stays."""
        if input.dtype != torch.float64:
            return super().forward(input)
        return input * functional.relu6(input + 3) / 6


def mend_layers(backbone: nn.Module) -> None:
    """Mends the layers of a backbone; the parameters stay.

    Args:
        backbone: The built backbone, which is changed in place.
    """
    replace_modules(backbone, _mended)


def _mended(module: nn.Module) -> nn.Module | None:
    """The mended module that replaces a module; None if the module needs no mend."""
    if isinstance(module, nn.Hardsigmoid):
        return Hardsigmoid(module.inplace)
    if isinstance(module, nn.Hardswish):
        return Hardswish(module.inplace)
    if isinstance(module, norm_act.BatchNormAct2d):
        mended = BatchNormAct2d(module.num_features, module.eps, cast(float, module.momentum))
        mended.drop, mended.act = module.drop, module.act
        return with_tensors_of(module, mended)
    if isinstance(module, nn.BatchNorm2d):
        return with_tensors_of(module, BatchNorm2d(module.num_features, module.eps, module.momentum))
    return None


def _normalize_by_batch(layer: nn.BatchNorm2d, images: torch.Tensor, sum_within: SumWithin | None) -> torch.Tensor:
    """Normalises as the layer does in training mode, with `mean`'s sums by halves and the variance in a second pass."""
    values = images.new_full((), images.numel() // images.shape[1])
    if sum_within is not None:
        values = sum_within(values)
    mean = _mean(images, values, sum_within)
    centered = images - mean
    variance = _mean(centered.square(), values, sum_within)
    with torch.no_grad():
        momentum = cast(float, layer.momentum)
        cast(torch.Tensor, layer.num_batches_tracked).add_(1)
        cast(torch.Tensor, layer.running_mean).lerp_(mean.flatten(), momentum)
        cast(torch.Tensor, layer.running_var).lerp_(variance.flatten() * values / (values - 1), momentum)
    scale, shift = (tensor[:, None, None] for tensor in (layer.weight, layer.bias))
    return torch.addcmul(shift, centered, scale * torch.rsqrt(variance + layer.eps))


def _mean(images: torch.Tensor, values: torch.Tensor, sum_within: SumWithin | None) -> torch.Tensor:
    """The mean of each channel, over all replicas' images where their sums are added up."""
    if sum_within is None:
        return images.mean((0, 2, 3), keepdim=True)
    return sum_within(images.sum((0, 2, 3), keepdim=True)) / values
