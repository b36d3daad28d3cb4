"""Random changes to the training images: Pillow operations and NumPy draws, so that both frameworks see the same."""

from __future__ import annotations

import msgspec

from twintune import protocol


def is_augmented(augmentation: protocol.Augmentation) -> bool:
    """Whether anything is changed at random, image by image or batch by batch: all that is off is 0 or None."""
    return any(msgspec.structs.astuple(augmentation))
