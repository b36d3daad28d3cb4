"""Random erasing of a rectangle in normalised numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.data.augmentation.rectangles import draw_rectangle
from twintune.protocol import Range


@dataclass(frozen=True)
class RandomErasing:
    """Sets a random rectangle to the mean colour, with a probability (Zhong et al. 2020).

    The rectangle is chosen as in torchvision and smaller than the image either way; `scale` are shares of the image's
    area, `ratio` is width divided by height. The mean colour is 0 after normalisation: to the network, an erased part
    is no signal, whatever backbone's constants are used.
    """

    probability: float
    scale: Range
    ratio: Range

    def __call__(self, pixels: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Erases a rectangle in place, and returns the array.

        Args:
            pixels: Normalised numbers, shape [height, width, 3].
            draw: The random generator.
        """
        if draw.random() >= self.probability:
            return pixels
        height, width = pixels.shape[:2]
        rectangle = draw_rectangle((width, height), self.scale, self.ratio, (width - 1, height - 1), draw)
        if rectangle is not None:
            left, top, erased_width, erased_height = rectangle
            pixels[top : top + erased_height, left : left + erased_width] = 0
        return pixels
