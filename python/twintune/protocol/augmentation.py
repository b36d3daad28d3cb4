"""Random changes to the training images: the twin of `src/spec/augmentation-schema.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message

Range = tuple[float, float]
"""A range: its smallest and its largest value."""


class RandomResizedCrop(Message):
    """A random part of the image, resized to the image size (Szegedy et al. 2015).

    `scale` is the part's share of the image's area, `ratio` its width divided by its height.
    """

    scale: Range
    ratio: Range


class ColorJitter(Message):
    """Random changes to colours, with strengths as torchvision defines them."""

    brightness: float
    contrast: float
    saturation: float
    hue: float


class RandAugment(Message):
    """RandAugment (Cubuk et al. 2020): the number of operations an image, and their magnitude, 0 to 30."""

    operations: int
    magnitude: int


class RandomErasing(Message):
    """A random rectangle set to the mean colour (Zhong et al. 2020).

    `probability` (0 to 1) is an image's to lose a rectangle, `scale` the rectangle's share of the image's area, `ratio`
    its width divided by its height.
    """

    probability: float
    scale: Range
    ratio: Range


class Augmentation(Message, kw_only=True):
    """Random changes to the training images; a change that isn't wanted is None or 0.

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
