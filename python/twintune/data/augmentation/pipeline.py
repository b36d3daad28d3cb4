"""The pipeline of the augmentations that a specification asks for, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from twintune import protocol
from twintune.backbones import Preprocessing
from twintune.data.augmentation.color import ColorJitter
from twintune.data.augmentation.erasing import RandomErasing
from twintune.data.augmentation.geometry import Flip, RandomResizedCrop, Rotation
from twintune.data.augmentation.rand_augment import RandAugment
from twintune.data.preprocessing import Resizing, normalize


class ImageOperation(Protocol):
    """A random change to one image. Its representation names its settings."""

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Changes an image at random."""
        ...


@dataclass(frozen=True)
class AugmentationPipeline:
    """The augmentation of a training image, from the decoded image to the numbers that the network sees.

    The order is crop and resize (or the plain resizing of an evaluation) → horizontal flip → vertical flip → rotation →
    colour jitter → RandAugment → to normalised numbers → erasing. This is the order of torchvision's reference recipes.
    The crop is first, so that the other operations work on the few pixels that are kept. Erasing is last, so that no
    other operation changes the rectangle, and works on normalised numbers, in which the mean colour is 0.
    """

    resizing: Resizing | None
    """The resizing of an evaluation, which the loader does first; None where a random part is resized instead."""
    operations: tuple[ImageOperation, ...]
    erasing: RandomErasing | None
    preprocessing: Preprocessing
    dtype: str

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> np.ndarray:
        """Augments one image.

        Args:
            image: An image in RGB, resized already where the pipeline has a resizing.
            draw: A random generator of this image's own, on which alone the draws depend.

        Returns:
            Normalised numbers, shape [height, width, 3].
        """
        for operation in self.operations:
            image = operation(image, draw)
        pixels = normalize(np.asarray(image), self.preprocessing, self.dtype)
        return pixels if self.erasing is None else self.erasing(pixels, draw)

    def describe(self) -> str:
        """Describes the operations in their order, with their settings."""
        first = [] if self.resizing is None else [self.resizing]
        last = [] if self.erasing is None else [self.erasing]
        return ", ".join(map(repr, (*first, *self.operations, *last)))


def build_pipeline(
    augmentation: protocol.Augmentation, resizing: Resizing, preprocessing: Preprocessing, dtype: str
) -> AugmentationPipeline:
    """Builds the pipeline of the augmentations that are asked for.

    Args:
        augmentation: The augmentations and their strengths.
        resizing: The resizing of an evaluation, which gives the output's size and the interpolation.
        preprocessing: The preprocessing, which gives the normalisation and the mean colour.
        dtype: The output's dtype.
    """
    crop, jitter, rand_augment = augmentation.random_resized_crop, augmentation.color_jitter, augmentation.rand_augment
    erasing = augmentation.random_erasing
    wanted: list[ImageOperation | None] = [
        RandomResizedCrop(crop.scale, crop.ratio, resizing.size, resizing.interpolation) if crop else None,
        Flip("horizontal", augmentation.horizontal_flip) if augmentation.horizontal_flip else None,
        Flip("vertical", augmentation.vertical_flip) if augmentation.vertical_flip else None,
        Rotation(augmentation.rotation, _mean_color(preprocessing)) if augmentation.rotation else None,
        ColorJitter(jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue) if jitter else None,
        RandAugment(rand_augment.operations, rand_augment.magnitude) if rand_augment else None,
    ]
    return AugmentationPipeline(
        resizing=None if crop else resizing,
        operations=tuple(operation for operation in wanted if operation is not None),
        erasing=RandomErasing(erasing.probability, erasing.scale, erasing.ratio) if erasing else None,
        preprocessing=preprocessing,
        dtype=dtype,
    )


def _mean_color(preprocessing: Preprocessing) -> tuple[int, int, int]:
    red, green, blue = (round(255 * value) for value in preprocessing.mean)
    return red, green, blue
