"""Random changes to the training images: Pillow operations and NumPy draws, so that both frameworks see the same."""

from __future__ import annotations

import msgspec

from twintune import protocol


def is_augmented(augmentation: protocol.Augmentation) -> bool:
    """Whether anything is changed at random, image by image or batch by batch: a change that is off is 0 or None."""
    return any(msgspec.structs.astuple(msgspec.structs.replace(augmentation, views=None)))


def is_endless(augmentation: protocol.Augmentation) -> bool:
    """Whether every epoch sees images that no epoch before it saw; if not, each image has one or a few fixed views."""
    is_mixed = augmentation.mixup > 0 or augmentation.cutmix > 0
    return is_augmented(augmentation) and (augmentation.views is None or is_mixed)
