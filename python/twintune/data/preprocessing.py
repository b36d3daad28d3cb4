"""The preprocessing of images into the numbers that a network sees: one code for both frameworks."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image

from twintune.backbones import Interpolation, Preprocessing

_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def resize(image: Image.Image, size: int, interpolation: Interpolation) -> Image.Image:
    """Resizes an image to a square, whatever its aspect ratio; Pillow antialiases.

    Args:
        image: An image in RGB.
        size: Height and width in pixels.
        interpolation: The backbone's interpolation.
    """
    return image if image.size == (size, size) else image.resize((size, size), _RESAMPLING[interpolation])


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
