"""Augmentations to test with: none, one, or all of them."""

from __future__ import annotations

from typing import Any

import msgspec
from twintune import protocol

NONE: dict[str, Any] = {"horizontalFlip": 0, "verticalFlip": 0, "rotation": 0, "mixup": 0, "cutmix": 0}
OF_IMAGES: dict[str, Any] = {
    "randomResizedCrop": {"scale": [0.3, 1.0], "ratio": [0.75, 1.3333]},
    "horizontalFlip": 0.5,
    "verticalFlip": 0.5,
    "rotation": 15,
    "colorJitter": {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1},
    "randAugment": {"operations": 2, "magnitude": 9},
    "randomErasing": {"probability": 0.5, "scale": [0.02, 0.33], "ratio": [0.3, 3.3]},
}
"""All augmentations of a single image."""


def augmentation(**wanted: Any) -> protocol.Augmentation:
    """An augmentation with only the wanted changes, given as the specification writes them."""
    return msgspec.convert({**NONE, **wanted}, protocol.Augmentation)
