"""The projection of pooled features, which some backbones have before their classifier."""

from __future__ import annotations

from typing import Any

import torch
from timm.models import MobileNetV3
from torch import nn


class Projection(nn.Module):
    """MobileNetV3's `conv_head`, which comes after pooling; its parameters are the backbone's."""

    def __init__(self, backbone: Any) -> None:
        super().__init__()
        self.convolution = backbone.conv_head
        self.activation = backbone.act2

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """Maps pooled channels, [images, channels], to features, [images, features]."""
        return self.activation(self.convolution(pooled[:, :, None, None])).flatten(1)


def build_projection(backbone: Any) -> Projection | None:
    """The projection of a backbone, timm's module; None if it has none."""
    return Projection(backbone) if isinstance(backbone, MobileNetV3) else None
