"""Decoded images that are kept for the epochs to come."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from twintune.data.dataset import Split
from twintune.data.preprocessing import Resizing


class Room:
    """A budget of bytes that several threads may take from."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Takes `size` bytes, if as many are left."""
        with self._lock:
            has_room = size <= self._left
            if has_room:
                self._left -= size
            return has_room

    def close(self) -> None:
        """Ends the budget, so that nothing more can be taken."""
        with self._lock:
            self._left = 0


class KeptImages(Protocol):
    """Kept images by their positions in a split: uint8, shape [height, width, 3], of any size. Thread-safe."""

    def get(self, position: int) -> np.ndarray | None:
        """The image, bit for bit; None if it isn't kept."""
        ...

    def put(self, position: int, pixels: np.ndarray) -> None:
        """Keeps an image, if there is room."""
        ...


class KeptInMemory:
    """Kept images in this process's memory."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._images: dict[int, np.ndarray] = {}

    def get(self, position: int) -> np.ndarray | None:
        """The image, bit for bit; None if it isn't kept."""
        return self._images.get(position)

    def put(self, position: int, pixels: np.ndarray) -> None:
        """Keeps an image, if there is room."""
        if self._room.take(pixels.nbytes):
            self._images[position] = pixels.copy()


class KeptInFile:
    """Kept images in a file without a name, which goes with this object.

    The file's pages belong to the system, which may drop them: private memory grows by 16 bytes an image.
    """

    def __init__(self, count: int, folder: Path, room: Room) -> None:
        """Makes the file.

        Args:
            count: The number of images in the split.
            folder: The folder of the file, which is made if it is missing.
            room: The budget of bytes that may be kept.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._room = room
        self._file = tempfile.TemporaryFile(dir=folder, prefix="images-", buffering=0)
        self._lock = threading.Lock()
        self._end = 0
        self._starts = np.full(count, -1, np.int64)
        self._shapes = np.zeros((count, 2), np.int32)

    def get(self, position: int) -> np.ndarray | None:
        """The image, bit for bit; None if it isn't kept."""
        start = int(self._starts[position])
        if start < 0:
            return None
        pixels = np.empty((*self._shapes[position], 3), np.uint8)
        with self._lock:
            self._file.seek(start)
            read = self._file.readinto(pixels.data)
        return pixels if read == pixels.nbytes else None

    def put(self, position: int, pixels: np.ndarray) -> None:
        """Keeps an image, if there is room; once the disk is full, no more are kept."""
        if not self._room.take(pixels.nbytes):
            return
        try:
            with self._lock:
                self._file.seek(self._end)
                written = self._file.write(np.ascontiguousarray(pixels).data)
                if written != pixels.nbytes:
                    raise OSError("the disk is full")
                start, self._end = self._end, self._end + written
        except OSError:
            self._room.close()
            return
        self._shapes[position] = pixels.shape[:2]
        self._starts[position] = start


@dataclass(frozen=True)
class KeptSplit(Split):
    """A split whose images are decoded once, as far as there is room to keep them."""

    images: KeptImages
    originals: bool
    """Whether an image is kept as it was decoded, for crops, and not as it was resized."""

    def open(self, position: int) -> Image.Image:
        """Decodes one image to RGB in its own size, or takes it from the kept ones."""
        return self._keep(position, super().open) if self.originals else super().open(position)

    def open_resized(self, position: int, resizing: Resizing) -> Image.Image:
        """Decodes one image to RGB and makes a square of it, always in the same way, or takes it from the kept ones."""
        if self.originals:
            return super().open_resized(position, resizing)
        return self._keep(position, lambda at: super(KeptSplit, self).open_resized(at, resizing))

    def _keep(self, position: int, make: Callable[[int], Image.Image]) -> Image.Image:
        pixels = self.images.get(position)
        if pixels is not None:
            return Image.fromarray(pixels)
        image = make(position)
        self.images.put(position, np.asarray(image))
        return image
