"""The preprocessing of images into the numbers that a network sees: one code for both frameworks."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from twintune.backbones import Interpolation, Preprocessing
from twintune.protocol import Resize

_MOST_ASPECT = 8
"""The most times that the longer side of an image is longer than the shorter one when it is resized for a crop.

The crop would cut the ends off anyway, and a strip of pixels would take gigabytes once it is resized.
"""

_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


@dataclass(frozen=True)
class Resizing:
    """The way from an image of any size to the square that a network sees in evaluations."""

    size: int
    """Height and width of the square in pixels."""
    interpolation: Interpolation
    crop_fraction: float | None
    """The share of the shorter side that a crop of the centre keeps; None where the whole image is squashed."""

    def __call__(self, image: Image.Image) -> Image.Image:
        """Makes a square of an image in RGB."""
        if self.crop_fraction is None:
            return resize(image, self.size, self.interpolation)
        return resize_and_crop(image, self.size, self.interpolation, self.crop_fraction)

    def __repr__(self) -> str:
        """Describes the resizing as the facts of a run have it."""
        common = f"size={self.size}, interpolation={self.interpolation!r}"
        if self.crop_fraction is None:
            return f"Resize({common})"
        return f"ResizeAndCrop({common}, crop_fraction={self.crop_fraction:g})"


def resizing_of(mode: Resize, size: int, preprocessing: Preprocessing) -> Resizing:
    """The resizing that a specification asks for.

    Args:
        mode: `dataset.resize`.
        size: Height and width of the square in pixels.
        preprocessing: The preprocessing of the backbone's weights.
    """
    fraction = preprocessing.crop_fraction if mode == "crop" else None
    return Resizing(size, preprocessing.interpolation, fraction)


def resize(image: Image.Image, size: int, interpolation: Interpolation) -> Image.Image:
    """Resizes an image to a square, whatever its aspect ratio; Pillow antialiases.

    Args:
        image: An image in RGB.
        size: Height and width in pixels.
        interpolation: The backbone's interpolation.
    """
    return image if image.size == (size, size) else image.resize((size, size), _RESAMPLING[interpolation])


def resize_and_crop(image: Image.Image, size: int, interpolation: Interpolation, crop_fraction: float) -> Image.Image:
    """Resizes an image by its shorter side, as its aspect has it, and cuts the square in its centre out.

    This is what timm and torchvision do where they report an accuracy, with their very rounding: the shorter side gets
    floor(size / crop_fraction) pixels, the longer one as many as the aspect gives, rounded down; Pillow antialiases.

    Args:
        image: An image in RGB.
        size: Height and width of the square in pixels.
        interpolation: The backbone's interpolation.
        crop_fraction: The share of the resized shorter side that is kept, above 0 and at most 1.
    """
    image = _without_ends(image)
    shorter = math.floor(size / crop_fraction)
    width, height = (max(shorter, int(shorter * side / min(image.size))) for side in image.size)
    resized = image.resize((width, height), _RESAMPLING[interpolation])
    left, top = round((width - size) / 2), round((height - size) / 2)
    return resized.crop((left, top, left + size, top + size))


def _without_ends(image: Image.Image) -> Image.Image:
    width, height = (min(side, _MOST_ASPECT * min(image.size)) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image if (width, height) == image.size else image.crop((left, top, left + width, top + height))


def normalize(pixels: np.ndarray, preprocessing: Preprocessing, dtype: str) -> np.ndarray:
    """Scales to 0..1, then subtracts the mean and divides by the standard deviation, by channel.

    Args:
        pixels: Pixels in uint8, of shape [..., 3].
        preprocessing: The preprocessing, which gives mean and standard deviation.
        dtype: The dtype of the result, `float32` or `float64`.

    Returns:
        Normalised numbers of the same shape, in the given dtype.
    """
    normalized = np.empty(pixels.shape, dtype)
    for channel, values in enumerate(_normalized_values(preprocessing, dtype)):
        normalized[..., channel] = values.take(pixels[..., channel])
    return normalized


def denormalize(values: np.ndarray, preprocessing: Preprocessing) -> np.ndarray:
    """Undoes `normalize`, exactly if nothing has changed the numbers.

    Args:
        values: Normalised numbers of shape [..., 3].
        preprocessing: The preprocessing, which gives mean and standard deviation.

    Returns:
        Pixels of the same shape, in uint8.
    """
    scaled = values * np.array(preprocessing.std) + np.array(preprocessing.mean)
    return np.rint(scaled * 255).clip(0, 255).astype(np.uint8)


@functools.cache
def _normalized_values(preprocessing: Preprocessing, dtype: str) -> np.ndarray:
    """The normalised numbers of a pixel's 256 values, of shape [3, 256]: a look-up is quicker than computing them."""
    values = np.arange(256, dtype=dtype) / np.array(255, dtype=dtype)
    mean, std = (np.array(constants, dtype=dtype)[:, None] for constants in (preprocessing.mean, preprocessing.std))
    return (values - mean) / std
