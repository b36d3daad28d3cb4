"""The benchmark of memory has images that can be trained on, and measures what it says."""

from __future__ import annotations

import mmap
from pathlib import Path

import msgspec
import numpy as np
from twintune.data.splits import open_splits
from twintune.protocol import ImageFolder

from bench import memory


def test_its_images_can_be_split(tmp_path: Path) -> None:
    memory.generate(tmp_path / "images", 200)
    dataset = memory.make_specification(tmp_path / "images", features=False)["dataset"]
    request = msgspec.convert({**dataset, "resize": "squash", "onCorrupt": "fail", "cacheDecoded": "auto"}, ImageFolder)
    splits = open_splits(request, None, str(tmp_path / "cache"), lambda done, total: None)
    assert sum(map(len, splits.named().values())) == 200
    assert splits.warnings == []


def test_private_memory_grows_with_what_is_written_to_and_not_with_a_mapped_file(tmp_path: Path) -> None:
    before = memory.private_memory()
    # Not from the allocator, which may have as much to spare from the tests before.
    fresh = mmap.mmap(-1, 64 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    array = np.frombuffer(fresh, np.uint8)
    array[:] = 1
    grown = memory.private_memory()
    assert grown - before > 60 * 2**20
    array.tofile(tmp_path / "file")
    mapped = np.memmap(tmp_path / "file", np.uint8, "r")
    assert int(mapped.sum()) == 64 * 2**20
    assert memory.private_memory() - grown < 4 * 2**20
