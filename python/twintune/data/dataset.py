"""A data set: encoded images with an identity and a class each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from twintune.data.decoding import UnreadableImage, decode
from twintune.errors import TwintuneError


class ImageDataset(Protocol):
    """Images by position. Reading is thread-safe."""

    classes: list[str]
    """Class names; a label is a position in it."""
    labels: np.ndarray
    """int64, shape [images]."""
    identities: list[str]
    """What tells an image from all others, whatever its position: a split is decided by it."""
    warnings: list[str]
    """What is odd about the data, and was passed over."""

    def read(self, index: int) -> bytes:
        """The encoded image."""
        ...

    def describe(self, index: int) -> str:
        """Where the image is, for messages."""
        ...


@dataclass(frozen=True)
class Split:
    """Some of the images of a data set, in a fixed order."""

    dataset: ImageDataset
    indices: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def labels(self) -> np.ndarray:
        """Class indices, int64, shape [images]."""
        return self.dataset.labels[self.indices]

    @property
    def identities(self) -> list[str]:
        """Identities in the split's order."""
        return [self.dataset.identities[index] for index in self.indices]

    def identity(self, position: int) -> str:
        """What tells one image from all others."""
        return self.dataset.identities[self.indices[position]]

    def read(self, position: int) -> bytes:
        """The encoded image."""
        return self.dataset.read(int(self.indices[position]))

    def describe(self, position: int) -> str:
        """Where an image is, for messages."""
        return self.dataset.describe(int(self.indices[position]))

    def open(self, position: int) -> Image.Image:
        """Decodes one image to RGB, as `twintune.data.decoding` has it.

        Raises:
            TwintuneError: IMAGE_CORRUPT, naming the image.
        """
        try:
            return decode(self.read(position)).image
        except UnreadableImage as error:
            raise TwintuneError(
                "IMAGE_CORRUPT",
                f"{self.describe(position)} can't be decoded: {error}.",
                "Repair it, or take it out of the data set.",
            ) from error


@dataclass(frozen=True)
class Splits:
    """What is trained on, what is watched while training, and what is tested once at the end."""

    train: Split
    validation: Split | None
    test: Split
    classes: list[str]
    warnings: list[str]
