"""From an image to the numbers that a network sees: the same code for both frameworks."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image

from twintune.backbones import Interpolation, Preprocessing

_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def resize(image: Image.Image, size: int, interpolation: Interpolation) -> Image.Image:
    """Resizes to a square, whatever the aspect; Pillow antialiases.

    Args:
        image: RGB.
        size: Height and width in pixels.
        interpolation: The backbone's own.
    """
    return image if image.size == (size, size) else image.resize((size, size), _RESAMPLING[interpolation])


def normalize(pixels: np.ndarray, preprocessing: Preprocessing, dtype: str) -> np.ndarray:
    """Scales to 0..1, then subtracts the mean and divides by the standard deviation, by channel.

    Args:
        pixels: uint8, shape [..., 3].
        preprocessing: Gives mean and standard deviation.
        dtype: `float32` or `float64`.

    Returns:
        The same shape, of that dtype.
    """
    normalized = np.empty(pixels.shape, dtype)
    for channel, values in enumerate(_normalized_values(preprocessing, dtype)):
        normalized[..., channel] = values.take(pixels[..., channel])
    return normalized


def denormalize(values: np.ndarray, preprocessing: Preprocessing) -> np.ndarray:
    """Undoes `normalize`, exactly where nothing has changed the numbers.

    Args:
        values: Shape [..., 3].
        preprocessing: Gives mean and standard deviation.

    Returns:
        The same shape, uint8.
    """
    scaled = values * np.array(preprocessing.std) + np.array(preprocessing.mean)
    return np.rint(scaled * 255).clip(0, 255).astype(np.uint8)


@functools.cache
def _normalized_values(preprocessing: Preprocessing, dtype: str) -> np.ndarray:
    """What each of the 256 values of a pixel becomes, [3, 256]: looking it up is quicker than computing it."""
    values = np.arange(256, dtype=dtype) / np.array(255, dtype=dtype)
    mean, std = (np.array(constants, dtype=dtype)[:, None] for constants in (preprocessing.mean, preprocessing.std))
    return (values - mean) / std
