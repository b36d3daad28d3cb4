"""Changes to colours: brightness, contrast, saturation and hue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance


def adjust_brightness(image: Image.Image, factor: float) -> Image.Image:
    """Blends with black: 0 is black, 1 the image itself."""
    return ImageEnhance.Brightness(image).enhance(factor)


def adjust_contrast(image: Image.Image, factor: float) -> Image.Image:
    """Blends with the image's mean grey: 0 is that grey, 1 the image itself."""
    return ImageEnhance.Contrast(image).enhance(factor)


def adjust_saturation(image: Image.Image, factor: float) -> Image.Image:
    """Blends with the image in greys: 0 is without colour, 1 the image itself."""
    return ImageEnhance.Color(image).enhance(factor)


def adjust_hue(image: Image.Image, turns: float) -> Image.Image:
    """Turns the hue of every pixel by a part of the circle, -0.5 to 0.5, in Pillow's 256 hues."""
    # The shift is truncated towards 0 and scaled by 255, as torchvision does it: half a turn is 127 hues.
    shift = int(turns * 255)
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point([(level + shift) % 256 for level in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


@dataclass(frozen=True)
class ColorJitter:
    """Four changes to colours in a random order, each by a random factor, as in torchvision.

    A strength x gives factors uniform in max(0, 1 - x) to 1 + x; the hue is shifted by -x to x of a turn. A strength of
    0 leaves its change out.
    """

    brightness: float
    contrast: float
    saturation: float
    hue: float

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Changes the colours of an image."""
        changes: list[tuple[Callable[[Image.Image, float], Image.Image], float]] = [
            (adjust, draw.uniform(max(0.0, 1 - strength), 1 + strength))
            for adjust, strength in (
                (adjust_brightness, self.brightness),
                (adjust_contrast, self.contrast),
                (adjust_saturation, self.saturation),
            )
            if strength
        ]
        if self.hue:
            changes.append((adjust_hue, draw.uniform(-self.hue, self.hue)))
        for index in draw.permutation(len(changes)):
            adjust, amount = changes[index]
            image = adjust(image, amount)
        return image
