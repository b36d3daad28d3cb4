"""A data set: encoded images with an identity and a class each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image

from twintune.data.decoding import UnreadableImage, decode
from twintune.data.preprocessing import Resizing
from twintune.digests import digest_text
from twintune.errors import TwintuneError
from twintune.protocol import SplitName


class ImageDataset(Protocol):
    """Images by position. Reading is thread-safe. Each image takes few bytes of memory: there may be millions."""

    source: str
    """The file, folder or name on the hub, with the split if it has several: for messages, and unique."""
    classes: list[str]
    """Class names; a label is a position in this list."""
    labels: np.ndarray
    """Class indices; int64, shape [images]."""
    identities: Sequence[str] | None
    """Identities, which don't depend on positions and decide splits; None if only the content tells images apart."""
    warnings: list[str]
    """Warnings about oddities of the data that were passed over."""

    def stamps(self) -> np.ndarray:
        """Numbers that change when an image changes, made without reading it; uint64, shape [images]."""
        ...

    def read(self, index: int) -> bytes:
        """The encoded image.

        Raises:
            UnreadableImage: If there is no image.
            OSError: If the image can't be read.
        """
        ...

    def describe(self, index: int) -> str:
        """The place of the image, for messages."""
        ...


def why_unreadable(error: UnreadableImage | OSError) -> str:
    """The reason why an image can't be read or decoded, in a few words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (isinstance(error, OSError) and error.strerror) or str(error)


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

    def identity(self, position: int) -> str:
        """The identity of the image at a position, which tells it from all others."""
        identities = self.dataset.identities
        assert identities is not None, "a data set has identities once it is checked"
        return identities[int(self.indices[position])]

    def read(self, position: int) -> bytes:
        """The encoded image."""
        return self.dataset.read(int(self.indices[position]))

    def describe(self, position: int) -> str:
        """The place of an image, for messages."""
        return self.dataset.describe(int(self.indices[position]))

    def open(self, position: int) -> Image.Image:
        """Decodes one image to RGB, as `twintune.data.decoding` has it.

        Raises:
            TwintuneError: IMAGE_CORRUPT, naming the image.
        """
        try:
            return decode(self.read(position)).image
        except (UnreadableImage, OSError) as error:
            raise TwintuneError(
                "IMAGE_CORRUPT",
                f"{self.describe(position)} can't be decoded: {why_unreadable(error)}.",
                "Repair the image, or take it out of the data set.",
            ) from error

    def open_resized(self, position: int, resizing: Resizing) -> Image.Image:
        """Decodes one image to RGB and makes a square of it.

        Raises:
            TwintuneError: IMAGE_CORRUPT, naming the image.
        """
        return resizing(self.open(position))


@dataclass(frozen=True)
class Sources:
    """The data sets of a request: training images, and validation and test images if they are given apart."""

    train: ImageDataset
    validation: ImageDataset | None
    test: ImageDataset | None
    warnings: list[str] = field(default_factory=list)
    """Warnings about the request as a whole; each data set has warnings of its own besides."""

    def given(self) -> list[ImageDataset]:
        """The data sets that the request gives."""
        return [dataset for dataset in (self.train, self.validation, self.test) if dataset is not None]


class Unreadable(NamedTuple):
    """An image that can't be decoded."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class CheckedImages(NamedTuple):
    """The images of a data set as they were when they were checked."""

    dataset: ImageDataset
    stamps: np.ndarray
    """Stamps of the images before they were read; uint64, shape [images]."""
    digests: np.ndarray
    """SHA-256 of their encoded bytes, zeros for those that could not be read; uint8, shape [images, 32]."""

    def changed(self) -> list[str]:
        """The places of images that have other bytes now, or are gone.

        Only images with another stamp are read: a backup's hard link, or another owner, changes a stamp and no image.
        """
        suspects = np.flatnonzero(self.dataset.stamps() != self.stamps)
        return [self.dataset.describe(int(i)) for i in suspects if self._digest(int(i)) != self.digests[i].tobytes()]

    def _digest(self, index: int) -> bytes:
        try:
            return hashlib.sha256(self.dataset.read(index)).digest()
        except (UnreadableImage, OSError):
            return bytes(32)


@dataclass(frozen=True)
class Splits:
    """The splits of the data: for training, for validation after each epoch, and for the test at the end."""

    train: Split
    validation: Split | None
    test: Split
    classes: list[str]
    warnings: list[str]
    skipped: list[Unreadable]
    """Images that can't be decoded, and are in no split."""
    contents: Mapping[SplitName, str] = field(default_factory=dict)
    """Digest of the bytes of the images of each split, in order; empty until they are known."""
    checked: Sequence[CheckedImages] = ()
    """All images of the data sets as they were checked."""

    @cached_property
    def membership(self) -> str:
        """Digest of the split, label and identity of each image."""
        return digest_text(
            f"{name} {label} {split.identity(position)}"
            for name, split in self.named().items()
            for position, label in enumerate(split.labels)
        )

    @cached_property
    def digest(self) -> str:
        """Digest of the membership of the splits and of the bytes of all their images."""
        return digest_text([self.membership, *self.contents.values()])

    def named(self) -> dict[SplitName, Split]:
        """The existing splits by name."""
        splits: dict[SplitName, Split | None] = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in splits.items() if split is not None}
