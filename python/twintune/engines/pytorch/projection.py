"""What a backbone still does to the pooled features before its classifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from timm.models import MobileNetV3


def build_projection(backbone: Any) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """MobileNetV3's `conv_head`, which comes after pooling; None for other backbones.

    Args:
        backbone: timm's module; holds the projection's parameters.

    Returns:
        A function of pooled features, [images, channels], to [images, features].
    """
    if not isinstance(backbone, MobileNetV3):
        return None
    return lambda pooled: backbone.act2(backbone.conv_head(pooled[:, :, None, None])).flatten(1)
