"""Operations of PyTorch that don't mean what they say, mended in a built backbone.

Each says the library, the version in which it was seen, the operation and the size of what it mends. What is mended on
TensorFlow's side is in the file of the same name there.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Hardsigmoid(nn.Hardsigmoid):
    """relu6(x + 3) / 6 with the gradient of that formula.

    The backward pass of torch 2.13's `hardsigmoid` multiplies by a sixth that was rounded to float32, in float64 too:
    gradients that pass it (MobileNetV3's squeeze-and-excitation) are off by 3e-8 of themselves.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Elementwise; the shape stays."""
        if input.dtype != torch.float64:
            return super().forward(input)
        return functional.relu6(input + 3) / 6


def mend_layers(backbone: nn.Module) -> None:
    """Mends what a layer computes; the parameters stay.

    Args:
        backbone: Built; changed in place.
    """
    for module in backbone.modules():
        if isinstance(module, nn.Hardsigmoid):
            module.__class__ = Hardsigmoid
