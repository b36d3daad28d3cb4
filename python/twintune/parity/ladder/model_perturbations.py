"""Perturbations of a live model: mistakes that are planted to see that the parity ladder finds them.

`twintune.parity.ladder.perturbations` plants mistakes in the request or in the pixels. A mistake in a layer is put into
the middle stage, so that the ladder has to find it between stages that agree.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

from twintune.backbones import Stage, find_backbone
from twintune.engines.pytorch.checkpoint import load_head
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.replacing import replace_modules
from twintune.model.head import initial_head
from twintune.model.precision import is_half
from twintune.protocol import PerturbationName, Precision, RunRequest

_WEIGHT_CHANGE = 1e-6


class RoundedConv2d(nn.Conv2d):
    """A convolution that computes in the dtype `rounded_to`; input and output keep their own."""

    def __init__(self, layer: nn.Conv2d, rounded_to: torch.dtype) -> None:
        """Takes a convolution's place.

        Args:
            layer: The convolution, which gives the settings and the very weights.
            rounded_to: The dtype to compute in.
        """
        # PyTorch declares these as tuples of any length.
        window: Any = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
        channels, has_bias = (layer.in_channels, layer.out_channels), layer.bias is not None
        # No memory is taken, and nothing drawn, for weights that are given up at once.
        super().__init__(*channels, *window, groups=layer.groups, bias=has_bias, device="meta")
        self.weight, self.bias = layer.weight, layer.bias
        self.rounded_to = rounded_to

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Convolves maps of shape [images, channels, height, width] as `nn.Conv2d` does, in `rounded_to`."""
        bias = None if self.bias is None else self.bias.to(self.rounded_to)
        weight, rounded = self.weight.to(self.rounded_to), input.to(self.rounded_to)
        output = functional.conv2d(rounded, weight, bias, self.stride, self.padding, self.dilation, self.groups)
        return output.to(input.dtype)


def plant_in_model(name: PerturbationName, model: AlignedModel, request: RunRequest) -> None:
    """Plants a difference of the model itself.

    Args:
        name: The perturbation: `weight`, `bn-epsilon` and `bn-momentum` (of a backbone with BatchNorm), `padding`,
            `precision`, `head-init`, `tf32` (on a GPU).
        model: The model, which is changed in place.
        request: The request that the model was built for.
    """
    entry = find_backbone(request.model.backbone)
    layers = _layers(model, entry.stages[len(entry.stages) // 2])
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    batch_norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    match name:
        case "weight":
            _move_largest_weight(convolutions[0])
        case "bn-epsilon":
            batch_norms[0].eps *= 10
        case "bn-momentum":
            batch_norms[0].momentum = cast(float, batch_norms[0].momentum) / 2
        case "padding":
            _shift_padding(next(layer for layer in convolutions if _is_padded(layer)))
        case "precision":
            _compute_in_less(model.backbone, convolutions[0], request.training.precision)
        case "tf32":
            # Each engine that is built switches it off again.
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        case "head-init":
            _draw_head_anew(model, request)
        case _:
            raise ValueError(f"{name} is not a difference of the model")


def _layers(model: AlignedModel, stage: Stage) -> list[nn.Module]:
    """The modules of a stage, in timm's order."""
    return [layer for name, layer in model.backbone.named_modules() if f"{name}.".startswith(stage.tensors)]


def _move_largest_weight(layer: nn.Conv2d) -> None:
    # Any other weight might be zero, which a relative change does not move.
    place = torch.unravel_index(layer.weight.abs().argmax(), layer.weight.shape)
    with torch.no_grad():
        layer.weight[place] *= 1 + _WEIGHT_CHANGE


def _is_padded(layer: nn.Conv2d) -> bool:
    return isinstance(layer.padding, tuple) and 0 not in layer.padding


def _shift_padding(layer: nn.Conv2d) -> None:
    """Pads a pixel more at the top and the left, and one less at the bottom and the right: the shape stays."""
    vertical, horizontal = cast(tuple[int, int], layer.padding)
    sides = (horizontal + 1, horizontal - 1, vertical + 1, vertical - 1)
    layer.padding = (0, 0)
    layer.register_forward_pre_hook(lambda _, inputs: (functional.pad(inputs[0], sides),))


def _compute_in_less(backbone: nn.Module, layer: nn.Conv2d, precision: Precision) -> None:
    """Makes a convolution compute in float32 for float64, and in bfloat16 for float32; one in half precision stays."""
    if is_half(precision):
        return
    rounded = RoundedConv2d(layer, torch.float32 if precision == "float64" else torch.bfloat16)
    replace_modules(backbone, lambda module: rounded if module is layer else None)


def _draw_head_anew(model: AlignedModel, request: RunRequest) -> None:
    first, last = model.layers[0], model.layers[-1]
    load_head(
        model.layers, initial_head(request.model.head, first.in_features, last.out_features, request.seeds.init + 1)
    )
