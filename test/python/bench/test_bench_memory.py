"""The benchmark of memory asks for runs that can be carried out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import msgspec
import numpy as np
import pytest
from twintune.data.splits import open_splits
from twintune.protocol import RunRequest

FILE = Path(__file__).parents[3] / "bench" / "memory.py"


@pytest.fixture(scope="module")
def memory():
    spec = importlib.util.spec_from_file_location("bench_memory", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("features", [False, True])
def test_its_request_is_complete_and_its_images_can_be_split(memory, tmp_path: Path, features: bool) -> None:
    images = memory.generate(tmp_path / "images", 200)
    request = msgspec.convert(memory.make_request("pytorch", images, tmp_path, features), RunRequest)
    splits = open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda done, total: None)
    assert sum(map(len, splits.named().values())) == 200
    assert splits.warnings == []


def test_private_memory_grows_with_what_is_written_to_and_not_with_a_mapped_file(memory, tmp_path: Path) -> None:
    before = memory.private_memory()
    array = np.ones(64 * 2**20, np.uint8)
    grown = memory.private_memory()
    # 64 MiB, less what the allocator had to spare.
    assert grown - before > 60 * 2**20
    array.tofile(tmp_path / "file")
    mapped = np.memmap(tmp_path / "file", np.uint8, "r")
    assert int(mapped.sum()) == 64 * 2**20
    assert memory.private_memory() - grown < 4 * 2**20
