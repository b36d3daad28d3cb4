"""Data sets of image files, which folders or a CSV file name."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from twintune.data.strings import CompactStrings, printable
from twintune.system.files import read_regular, state_of
from twintune.system.travelled import as_at_home, follow

MOST_BYTES = 2**30
"""The most bytes of an image's file."""


class ImageFiles:
    """Image files below a folder, with a class each."""

    def __init__(
        self,
        source: str,
        root: str,
        paths: Sequence[str],
        labels: np.ndarray,
        classes: list[str],
        warnings: Iterable[str] = (),
    ) -> None:
        """Takes the list of files; none is opened.

        Args:
            source: The name of the data set, for messages.
            root: The folder that the paths start from.
            paths: The files' paths below `root`, with forward slashes.
            labels: Class indices; int64, shape [images].
            classes: Class names; a label is a position in this list.
            warnings: Warnings about oddities of the data.
        """
        self.source, self.root = source, root
        self.labels, self.classes, self.warnings = labels, classes, list(warnings)
        self._paths = CompactStrings(paths)
        self.identities: Sequence[str] | None = (
            self._paths if _are_normalized(paths) else CompactStrings(map(file_identity, paths))
        )

    def stamps(self) -> np.ndarray:
        """Stamps of each file's path and state; a missing file has a stamp too."""
        return np.fromiter((stamp_of(self._file(path), path) for path in self._paths), np.uint64, len(self._paths))

    def read(self, index: int) -> bytes:
        """The bytes of the file.

        Raises:
            OSError: If the file can't be read.
        """
        return read_regular(self._file(self._paths[index]), MOST_BYTES)

    def describe(self, index: int) -> str:
        """The path of the file, on the user's machine where it has travelled from there."""
        return printable(as_at_home(self._file(self._paths[index])))

    def files(self) -> Iterator[str]:
        """The paths of the files, by position."""
        return map(self._file, self._paths)

    def _file(self, path: str) -> str:
        return follow(self.root, path)


def stamp_of(file: str, name: str) -> int:
    """A number of 64 bits that changes when a file changes; a missing file has one too.

    Args:
        file: The path of the file.
        name: The name of the image, so that equal files have different stamps.
    """
    try:
        state = str(state_of(file))
    except OSError:
        state = "unreadable"
    digest = hashlib.blake2b(os.fsencode(f"{name}\0{state}"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def file_identity(path: str) -> str:
    """A path in the form that is the same on every system: macOS decomposes Unicode letters, others don't."""
    return unicodedata.normalize("NFC", path)


def _are_normalized(paths: Sequence[str]) -> bool:
    return all(unicodedata.is_normalized("NFC", path) for path in paths)
