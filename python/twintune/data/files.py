"""Images that are files, whatever named them: folders or a CSV file."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np

from twintune.data.strings import CompactStrings, printable

EXTENSIONS = (
    ".apng",
    ".avif",
    ".bmp",
    ".gif",
    ".jfif",
    ".jpeg",
    ".jpg",
    ".pgm",
    ".png",
    ".ppm",
    ".tif",
    ".tiff",
    ".webp",
)
"""What the name of an image file ends with, in small letters."""


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
        """Opens no file.

        Args:
            source: For messages.
            root: The folder that the paths start from.
            paths: Of the files, with forward slashes.
            labels: int64, shape [images].
            classes: Class names; a label is a position in it.
            warnings: What is odd about the data.
        """
        self.source, self.root = source, root
        self.labels, self.classes, self.warnings = labels, classes, list(warnings)
        self._paths = CompactStrings(paths)
        self.identities: Sequence[str] | None = (
            self._paths if _are_normalized(paths) else CompactStrings(map(file_identity, paths))
        )

    def stamps(self) -> np.ndarray:
        """Of path, size and time of change; a file that isn't there has one too."""
        return np.fromiter((self._stamp(path) for path in self._paths), np.uint64, len(self._paths))

    def read(self, index: int) -> bytes:
        """The bytes of the file.

        Raises:
            OSError: It can't be read.
        """
        with open(self._file(self._paths[index]), "rb") as file:
            return file.read()

    def describe(self, index: int) -> str:
        """The path of the file."""
        return printable(self._file(self._paths[index]))

    def _file(self, path: str) -> str:
        return os.path.join(self.root, path)

    def _stamp(self, path: str) -> int:
        try:
            status = os.stat(self._file(path))
            state = f"{status.st_size} {status.st_mtime_ns}"
        except OSError:
            state = "unreadable"
        digest = hashlib.blake2b(os.fsencode(f"{path}\0{state}"), digest_size=8).digest()
        return int.from_bytes(digest, "little")


def is_image(name: str) -> bool:
    """Whether a file's name is that of an image; hidden ones are not looked at."""
    return not name.startswith(".") and name.lower().endswith(EXTENSIONS)


def file_identity(path: str) -> str:
    """A path as every system writes it: macOS takes Unicode letters apart, Linux and Windows keep them composed."""
    return unicodedata.normalize("NFC", path)


def _are_normalized(paths: Sequence[str]) -> bool:
    return all(unicodedata.is_normalized("NFC", path) for path in paths)
