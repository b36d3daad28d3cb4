"""The cache of frozen backbones' features, kept for other seeds, specifications and sweeps.

An entry is a file named after all that its numbers depend on, so that none is ever out of date: other features have
another name. Entries are written whole or not at all, and checked when they are read. Any number of processes may read
and write at once: at worst two of them write the same entry, and the later one stays.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from twintune.digests import RowsDigest
from twintune.features.file import DamagedFeatures, Features, read_features, write_features
from twintune.features.key import FeatureKey
from twintune.system.files import open_regular, replacing, sweep_temporary

_SUFFIX = ".safetensors"


class FeatureCache:
    """The entries in a folder, as one run sees them."""

    def __init__(self, folder: Path, limit: int, keeps: bool, warn: Callable[[str], None]) -> None:
        """Opens the cache.

        Args:
            folder: The entries' folder, which is made when there is something to write.
            limit: The most bytes that all entries may have; beyond, the least recently used ones are deleted.
            keeps: Whether entries are read and kept; if not, features live in files that go with this process.
            warn: A function that is given a message for each damaged entry.
        """
        self._folder = folder
        self._limit = limit
        self._keeps = keeps
        self._warn = warn
        self._in_use: dict[Path, int] = {}
        """The bytes of each entry that this run uses; these entries are not deleted to make room for others."""

    def find(self, key: FeatureKey) -> Features | None:
        """The memory-mapped entry of a key; None if there is none. A damaged entry is deleted."""
        if not self._keeps:
            return None
        path = self._path_of(key)
        try:
            with open_regular(str(path)) as file:
                features = read_features(file, key.encode())
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return None
        except DamagedFeatures as error:
            self._warn(f"{path} was deleted, since {error}: its features are computed again.")
            path.unlink(missing_ok=True)
            return None
        except OSError as error:
            self._warn(f"{path} can't be read ({error}): its features are computed again.")
            return None
        # Many systems update a file's time of reading up to a day late, so its time of writing is set instead.
        with contextlib.suppress(OSError):
            os.utime(path)
        self._in_use[path] = size
        return features

    def holds(self, key: FeatureKey) -> bool:
        """Whether there is an entry of a key, damaged or not."""
        return self._keeps and self._path_of(key).exists()

    def keep(self, key: FeatureKey, batches: Iterable[np.ndarray], pixels: RowsDigest) -> Features:
        """Writes features as they are computed, and keeps them as an entry if there is room for it.

        Args:
            key: The key of the features.
            batches: Arrays of float32 or float64, [images, ...], at least one; they follow one another.
            pixels: The digest of the images, complete when the last batch has been taken.

        Raises:
            OSError: If there is no room on the disk.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        batches = iter(batches)
        first = next(batches)
        whole = itertools.chain([first], batches)
        if not self._keeps or not self.has_room(key.images * first[:1].nbytes):
            with tempfile.TemporaryFile(dir=self._folder, prefix="features-") as file:
                return write_features(file, key.encode(), key.images, whole, pixels)
        path = self._path_of(key)
        with replacing(path) as temporary, open(temporary, "w+b") as file:
            features = write_features(file, key.encode(), key.images, whole, pixels)
            self._in_use[path] = file.seek(0, os.SEEK_END)
        self._delete_least_recently_used()
        return features

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes fit beside the run's own entries: within the limit, and in half of the disk's free room.

        Entries of the cache count as free room, so that the second framework finds the room that the first one had.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        kept = sum(size for _, size, _ in self._entries())
        return size + sum(self._in_use.values()) <= self._limit and size <= min(free, (free + kept) / 2)

    def _path_of(self, key: FeatureKey) -> Path:
        return self._folder / f"{key.digest()}{_SUFFIX}"

    def _entries(self) -> list[tuple[int, int, Path]]:
        """The time at which each entry was last used (nanoseconds), its bytes and its file."""
        entries = []
        for path in self._folder.glob(f"[!.]*{_SUFFIX}"):
            # Another process may just have deleted the entry.
            with contextlib.suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime_ns, status.st_size, path))
        return entries

    def _delete_least_recently_used(self) -> None:
        """Deletes the least recently used entries beyond the limit, and temporary files of killed processes."""
        sweep_temporary(self._folder)
        entries = self._entries()
        excess = sum(size for _, size, _ in entries) - self._limit
        for _, size, path in sorted(entries):
            if excess <= 0:
                return
            if path not in self._in_use:
                # Another process may be deleting the entry too; on Windows, a file that is mapped can't be deleted.
                with contextlib.suppress(OSError):
                    path.unlink()
                    excess -= size
