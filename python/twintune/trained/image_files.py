"""Image files to predict: one that can't be decoded is noted, and the others are none the worse for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from twintune.data.dataset import Split, why_unreadable
from twintune.data.decoding import UnreadableImage, decode
from twintune.data.files import ImageFiles


@dataclass(frozen=True)
class TolerantSplit(Split):
    """Images of which some may be unreadable."""

    problems: dict[int, str] = field(default_factory=dict)
    """The reason why an image could not be decoded, by its position; filled while the images are read, by threads."""

    def open(self, position: int) -> Image.Image:
        """Decodes one image to RGB; in place of one that can't be decoded there is a black pixel, and its problem."""
        try:
            return decode(self.read(position)).image
        except (UnreadableImage, OSError) as error:
            self.problems[position] = why_unreadable(error)
        except ValueError as error:
            # A path with a null byte is no path of the system's.
            self.problems[position] = str(error)
        return Image.new("RGB", (1, 1))


def open_image_files(paths: Sequence[str], classes: list[str]) -> TolerantSplit:
    """Makes a split of image files; none is opened yet.

    Args:
        paths: Absolute paths.
        classes: The classes that they may be of; the images count as being of the first, since nobody knows better.
    """
    labels = np.zeros(len(paths), np.int64)
    return TolerantSplit(ImageFiles("the images", "/", paths, labels, classes), np.arange(len(paths)))
