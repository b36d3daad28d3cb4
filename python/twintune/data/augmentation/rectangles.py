"""Random rectangles within an image, as cropping and erasing choose them."""

from __future__ import annotations

import math

import numpy as np

from twintune.protocol import Range

_TRIES = 10


def draw_rectangle(
    image: tuple[int, int], scale: Range, ratio: Range, largest: tuple[int, int], draw: np.random.Generator
) -> tuple[int, int, int, int] | None:
    """Draws a rectangle as torchvision's RandomResizedCrop and RandomErasing do: ten tries, in case one doesn't fit.

    The area is uniform between its bounds, the logarithm of the ratio between the logarithms of its bounds, and the
    place among all places within the image.

    Args:
        image: Width and height of the image in pixels.
        scale: Smallest and largest share of the image's area.
        ratio: Smallest and largest width divided by height.
        largest: Width and height that a rectangle may have at most.
        draw: The random generator.

    Returns:
        Left, top, width and height in pixels; None if no try fits.
    """
    for _ in range(_TRIES):
        area = image[0] * image[1] * draw.uniform(*scale)
        aspect = math.exp(draw.uniform(math.log(ratio[0]), math.log(ratio[1])))
        width, height = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < width <= largest[0] and 0 < height <= largest[1]:
            left, top = draw.integers(image[0] - width + 1), draw.integers(image[1] - height + 1)
            return int(left), int(top), width, height
    return None
