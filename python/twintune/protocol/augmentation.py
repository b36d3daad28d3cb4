"""What is changed at random: the twin of `src/spec/augmentation-schema.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message

Range = tuple[float, float]
"""The smallest and the largest value."""


class RandomResizedCrop(Message):
    """Shares of the image's area, and width divided by height."""

    scale: Range
    ratio: Range


class ColorJitter(Message):
    """Strengths as in torchvision."""

    brightness: float
    contrast: float
    saturation: float
    hue: float


class RandAugment(Message):
    """Operations an image, and their magnitude of 30."""

    operations: int
    magnitude: int


class RandomErasing(Message):
    """Probability, shares of the image's area, and width divided by height."""

    probability: float
    scale: Range
    ratio: Range


class Augmentation(Message, kw_only=True):
    """Random changes to the training images; None and 0 for those that aren't wanted.

    `views` is how many augmented views of an image the epochs take in turn; with None each epoch draws its own.
    """

    random_resized_crop: RandomResizedCrop | None = None
    horizontal_flip: float
    vertical_flip: float
    rotation: float
    color_jitter: ColorJitter | None = None
    rand_augment: RandAugment | None = None
    random_erasing: RandomErasing | None = None
    views: int | None = None
    mixup: float
    cutmix: float
