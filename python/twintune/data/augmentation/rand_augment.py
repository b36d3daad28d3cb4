"""RandAugment (Cubuk et al. 2020) with the table of `torchvision.transforms.v2.RandAugment`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from twintune.data.augmentation.color import adjust_brightness, adjust_contrast, adjust_saturation

_BINS = 31


@dataclass(frozen=True)
class Operation:
    """An operation of RandAugment: a row of the table.

    `magnitudes` gives 31 values for an image's width and height; None if there is nothing to choose. A `signed`
    operation takes a negative magnitude half of the time.
    """

    name: str
    magnitudes: Callable[[int, int], np.ndarray] | None
    signed: bool
    apply: Callable[[Image.Image, float], Image.Image]

    def magnitude(self, level: int, size: tuple[int, int]) -> float:
        """The magnitude at a level from 0 to 30 for an image's width and height in pixels; 0 if it has none."""
        return 0.0 if self.magnitudes is None else float(self.magnitudes(*size)[level])


@dataclass(frozen=True)
class RandAugment:
    """RandAugment: operations drawn one after the other from the whole table, all at one magnitude, 0 to 30.

    As in torchvision, pixels are moved without interpolation, and pixels from outside of the image are black.
    """

    operations: int
    magnitude: int

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Changes an image at random; its size stays."""
        for _ in range(self.operations):
            operation = TABLE[draw.integers(len(TABLE))]
            magnitude = operation.magnitude(self.magnitude, image.size)
            if operation.signed and draw.random() < 0.5:
                magnitude = -magnitude
            image = operation.apply(image, magnitude)
        return image


def _evenly(first: float, last: float) -> np.ndarray:
    """Evenly spaced magnitudes as `torch.linspace` computes them: in float32, from both ends to the middle.

    The rounding decides which pixels a threshold takes.
    """
    start, end = np.float32(first), np.float32(last)
    step = np.float64((end - start) / np.float32(_BINS - 1))
    level = np.arange(_BINS)
    return np.where(level < _BINS // 2, start + step * level, end - step * (_BINS - 1 - level)).astype(np.float32)


def _fixed(first: float, last: float) -> Callable[[int, int], np.ndarray]:
    values = _evenly(first, last)
    return lambda width, height: values


def _bits(width: int, height: int) -> np.ndarray:
    return np.round(8 - np.arange(_BINS) / ((_BINS - 1) / 4))


def _transform(image: Image.Image, *matrix: float) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST, fillcolor=(0, 0, 0))


def _adjust_sharpness(image: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Sharpness(image).enhance(factor)


def _solarize(image: Image.Image, threshold: float) -> Image.Image:
    return ImageOps.solarize(image, math.ceil(threshold))


TABLE = (
    Operation("Identity", None, False, lambda image, _: image),
    Operation("ShearX", _fixed(0.0, 0.3), True, lambda image, slope: _transform(image, 1, slope, 0, 0, 1, 0)),
    Operation("ShearY", _fixed(0.0, 0.3), True, lambda image, slope: _transform(image, 1, 0, 0, slope, 1, 0)),
    Operation(
        "TranslateX",
        lambda width, height: _evenly(0.0, 150.0 / 331.0 * width),
        True,
        lambda image, pixels: _transform(image, 1, 0, -int(pixels), 0, 1, 0),
    ),
    Operation(
        "TranslateY",
        lambda width, height: _evenly(0.0, 150.0 / 331.0 * height),
        True,
        lambda image, pixels: _transform(image, 1, 0, 0, 0, 1, -int(pixels)),
    ),
    Operation("Rotate", _fixed(0.0, 30.0), True, lambda image, degrees: image.rotate(degrees, fillcolor=(0, 0, 0))),
    Operation("Brightness", _fixed(0.0, 0.9), True, lambda image, change: adjust_brightness(image, 1.0 + change)),
    Operation("Color", _fixed(0.0, 0.9), True, lambda image, change: adjust_saturation(image, 1.0 + change)),
    Operation("Contrast", _fixed(0.0, 0.9), True, lambda image, change: adjust_contrast(image, 1.0 + change)),
    Operation("Sharpness", _fixed(0.0, 0.9), True, lambda image, change: _adjust_sharpness(image, 1.0 + change)),
    Operation("Posterize", _bits, False, lambda image, bits: ImageOps.posterize(image, int(bits))),
    Operation("Solarize", _fixed(1.0, 0.0), False, lambda image, share: _solarize(image, 255.0 * share)),
    Operation("AutoContrast", None, False, lambda image, _: ImageOps.autocontrast(image)),
    Operation("Equalize", None, False, lambda image, _: ImageOps.equalize(image)),
)
"""torchvision's operations in its order."""
