"""Changes to an image's geometry: crop, flips, rotation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from twintune.backbones import Interpolation
from twintune.data.augmentation.rectangles import draw_rectangle
from twintune.data.preprocessing import resize
from twintune.protocol import Range

_TRANSPOSITIONS = {
    "horizontal": Image.Transpose.FLIP_LEFT_RIGHT,
    "vertical": Image.Transpose.FLIP_TOP_BOTTOM,
}


@dataclass(frozen=True)
class RandomResizedCrop:
    """A random part of the image, resized to a square (Szegedy et al. 2015, as torchvision has it).

    `scale` are shares of the image's area, `ratio` is width divided by height. If no such part fits into the image, the
    part is its middle, as large as the ratio allows.
    """

    scale: Range
    ratio: Range
    size: int
    interpolation: Interpolation

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Cuts a random part out, then resizes it, so that no pixel outside of the part is mixed in."""
        part = draw_rectangle(image.size, self.scale, self.ratio, image.size, draw) or self._middle(*image.size)
        left, top, width, height = part
        return resize(image.crop((left, top, left + width, top + height)), self.size, self.interpolation)

    def _middle(self, width: int, height: int) -> tuple[int, int, int, int]:
        cut_width = min(width, max(1, round(height * self.ratio[1])))
        cut_height = min(height, max(1, round(width / self.ratio[0])))
        return (width - cut_width) // 2, (height - cut_height) // 2, cut_width, cut_height


@dataclass(frozen=True)
class Flip:
    """Mirrors left and right (`horizontal`), or top and bottom (`vertical`), with a probability."""

    direction: Literal["horizontal", "vertical"]
    probability: float

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Returns the image or its mirror image."""
        return image.transpose(_TRANSPOSITIONS[self.direction]) if draw.random() < self.probability else image


@dataclass(frozen=True)
class Rotation:
    """Turns the image about its middle by up to `degrees` either way, bilinearly, within its own frame.

    The empty corners get the colour `fill`, the mean colour, which is 0 to the network.
    """

    degrees: float
    fill: tuple[int, int, int]

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        """Turns the image by a random angle."""
        angle = draw.uniform(-self.degrees, self.degrees)
        return image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=self.fill)
