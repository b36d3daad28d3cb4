"""Features that were kept come back as they were, or are computed again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
import pytest
from twintune.backbones import Preprocessing
from twintune.digests import RowsDigest
from twintune.features.cache import FeatureCache
from twintune.features.file import Features
from twintune.features.key import FeatureKey, FeatureSource

IMAGES = 20
VALUES = np.random.default_rng(0).standard_normal((IMAGES, 7)).astype(np.float32)
SOURCE = FeatureSource(
    format="00",
    twintune="0.1.0",
    framework="pytorch",
    packages={"torch": "2.9.0", "pillow": "12.0.0"},
    decoding=1,
    backbone="resnet18",
    weights="00",
    cut="pooled",
    batch_norm_epsilon=1e-5,
    preprocessing=Preprocessing(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), interpolation="bilinear"),
    image_size=33,
    resize="squash",
    precision="float32",
    deterministic=False,
    device="cpu",
    batch_size=None,
    threads=None,
    variant="eager",
)
KEY = FeatureKey(SOURCE, split="train", images=IMAGES, identities="01", content="02", view=None)


def key(number: int) -> FeatureKey:
    return msgspec.structs.replace(KEY, content=f"{number:02x}")


def batches(values: np.ndarray = VALUES) -> Iterator[np.ndarray]:
    return (values[start : start + 8] for start in range(0, IMAGES, 8))


def pixels() -> RowsDigest:
    digest = RowsDigest()
    digest.add(np.zeros((1, 2, 2, 3)))
    return digest


Opens = Callable[..., FeatureCache]


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(tmp_path: Path, warnings: list[str]) -> Opens:
    """Opens the cache as another run would."""

    def opens(limit: int = 1 << 30, keeps: bool = True) -> FeatureCache:
        return FeatureCache(tmp_path, limit, keeps, warnings.append)

    return opens


def keep(cache: FeatureCache, of: FeatureKey = KEY) -> Features:
    return cache.keep(of, batches(), pixels())


def entry_of(folder: Path, of: FeatureKey = KEY) -> Path:
    return folder / f"{of.digest()}.safetensors"


def change_after(file: IO[bytes], text: bytes) -> None:
    """Writes another digit over the one that follows a text."""
    file.seek(0)
    at = file.read(4096).index(text) + len(text)
    file.seek(at)
    file.write(b"9")


def test_another_run_finds_what_was_kept(opened: Opens) -> None:
    assert opened().find(KEY) is None
    kept = keep(opened())
    found = opened().find(KEY)
    assert found is not None
    for features in (kept, found):
        assert np.array_equal(features.values, VALUES)
        assert features.values.dtype == np.float32
        assert features.pixels == pixels().hexdigest()
        assert isinstance(features.values, np.memmap)
        assert not features.values.flags.writeable


def test_an_entry_can_be_read_by_the_library_of_its_format(opened: Opens, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    keep(opened())
    assert np.array_equal(load_file(entry_of(tmp_path))["features"], VALUES)


def test_activations_of_float64_come_back_bit_for_bit(opened: Opens) -> None:
    maps = np.random.default_rng(1).standard_normal((IMAGES, 3, 2, 5))
    opened().keep(KEY, batches(maps), pixels())
    found = opened().find(KEY)
    assert found is not None
    assert found.values.shape == maps.shape
    assert np.array_equal(found.values, maps)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": "11"},
        {"backbone": "resnet34"},
        {"cut": "layer4"},
        {"batch_norm_epsilon": 1e-3},
        {"preprocessing": Preprocessing(mean=(0, 0, 0), std=(0.5, 0.5, 0.5), interpolation="bilinear")},
        {"image_size": 65},
        {"resize": "crop"},
        {"precision": "float64"},
        {"deterministic": True},
        {"device": "gpu:0"},
        {"variant": "folded"},
        {"framework": "tensorflow"},
        {"packages": {"torch": "2.9.1", "pillow": "12.0.0"}},
        {"twintune": "0.2.0"},
        {"decoding": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_made_by_other_means_is_not_found(opened: Opens, change: dict) -> None:
    keep(opened())
    other = msgspec.structs.replace(KEY, source=msgspec.structs.replace(SOURCE, **change))
    assert opened().find(other) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda file, size: (file.seek(size - 9), file.write(b"\xff")),
        lambda file, size: file.truncate(size - 1),
        lambda file, size: file.truncate(5000),
        lambda file, size: file.truncate(100),
        lambda file, size: file.truncate(0),
        lambda file, size: (file.seek(20), file.write(b"\0" * 8)),
        lambda file, size: (file.seek(0), file.write(b"\xff" * 8)),
        lambda file, size: (file.seek(8), file.write(b"\x80")),
        lambda file, size: (file.seek(8), file.write(b'{"a":' * 2000)),
        lambda file, size: change_after(file, b'"pixels":"'),
        lambda file, size: change_after(file, b'"shape":['),
        lambda file, size: change_after(file, rb"\"weights\":\""),
    ],
    ids=[
        "a bit",
        "the last byte",
        "all rows but the first",
        "the header",
        "everything",
        "text",
        "length",
        "no text",
        "a deep nest",
        "pixels",
        "shape",
        "key",
    ],
)
def test_a_damaged_entry_is_deleted_with_a_warning_and_can_be_kept_again(
    opened: Opens, warnings: list[str], tmp_path: Path, damage: Callable
) -> None:
    keep(opened())
    with open(entry_of(tmp_path), "r+b") as file:
        damage(file, file.seek(0, os.SEEK_END))
    assert opened().find(KEY) is None
    assert not entry_of(tmp_path).exists()
    assert len(warnings) == 1
    assert "computed again" in warnings[0]
    keep(opened())
    assert opened().find(KEY) is not None


def test_the_key_is_written_as_the_command_line_reads_it() -> None:
    fixture = Path(__file__).parents[2] / "fixtures" / "feature-cache" / "key.json"
    assert json.loads(KEY.encode()) == json.loads(fixture.read_text())


def test_what_stops_halfway_leaves_nothing(opened: Opens, tmp_path: Path) -> None:
    def interrupted() -> Iterator[np.ndarray]:
        yield VALUES[:8]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened().keep(KEY, interrupted(), pixels())
    assert list(tmp_path.iterdir()) == []


def entries_left(folder: Path) -> list[int]:
    return [number for number in range(4) if entry_of(folder, key(number)).exists()]


def test_the_least_recently_used_entries_are_deleted_first(opened: Opens, tmp_path: Path) -> None:
    for number, used_at in enumerate((10, 30, 20)):
        keep(opened(), key(number))
        os.utime(entry_of(tmp_path, key(number)), (0, used_at))
    size = entry_of(tmp_path, key(0)).stat().st_size
    opened().find(key(0))
    keep(opened(limit=3 * size), key(3))
    assert entries_left(tmp_path) == [0, 1, 3]


def test_what_the_run_uses_stays_though_others_were_used_since(opened: Opens, tmp_path: Path) -> None:
    keep(opened(), key(0))
    cache = opened(limit=2 * entry_of(tmp_path, key(0)).stat().st_size)
    cache.find(key(0))
    for number in (1, 2):
        keep(opened(), key(number))
    keep(cache, key(3))
    assert entries_left(tmp_path) == [0, 3]


def test_what_the_run_uses_is_not_deleted_for_more(opened: Opens, tmp_path: Path) -> None:
    keep(opened(), key(0))
    cache = opened(limit=entry_of(tmp_path, key(0)).stat().st_size)
    cache.find(key(0))
    # There is no room beside the first entry, so the second one is not kept beyond the run.
    more = keep(cache, key(1))
    assert np.array_equal(more.values, VALUES)
    assert [path.name for path in tmp_path.iterdir()] == [entry_of(tmp_path, key(0)).name]


def test_a_deleted_entry_stays_with_the_run_that_uses_it(opened: Opens, tmp_path: Path) -> None:
    features = keep(opened())
    entry_of(tmp_path).unlink()
    assert np.array_equal(features.values, VALUES)


def test_without_the_cache_nothing_is_found_and_no_file_is_left(opened: Opens, tmp_path: Path) -> None:
    keep(opened())
    cache = opened(keeps=False)
    assert cache.find(KEY) is None
    features = keep(cache, key(1))
    assert np.array_equal(features.values, VALUES)
    assert [path.name for path in tmp_path.iterdir()] == [entry_of(tmp_path).name]


def test_there_is_room_within_the_limit_and_in_half_of_the_free_disk(
    opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert [opened(limit=10_000).has_room(size) for size in (500, 501)] == [True, False]
    assert [opened(limit=100).has_room(size) for size in (100, 101)] == [True, False]


def test_what_another_framework_has_kept_takes_no_room_from_this_one(
    opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(opened())
    kept = entry_of(tmp_path).stat().st_size
    usage = shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    most = min(1000, (1000 + kept) // 2)
    assert [opened(limit=10**9).has_room(size) for size in (most, most + 1)] == [True, False]


def test_what_a_killed_process_left_is_deleted_after_a_day(opened: Opens, tmp_path: Path) -> None:
    abandoned, under_way = tmp_path / ".a.safetensors-1.tmp", tmp_path / ".b.safetensors-2.tmp"
    for file in (abandoned, under_way):
        file.touch()
    os.utime(abandoned, (0, 0))
    keep(opened())
    assert not abandoned.exists()
    assert under_way.exists()


WRITER = """
import sys
from pathlib import Path
from typing import IO
sys.path[:0] = sys.argv[2:]
from test_cache import KEY, batches, pixels
from twintune.features.cache import FeatureCache

for _ in range(20):
    FeatureCache(Path(sys.argv[1]), 1 << 30, True, sys.exit).keep(KEY, batches(), pixels())
    assert FeatureCache(Path(sys.argv[1]), 1 << 30, True, sys.exit).find(KEY) is not None
"""


def test_two_processes_may_write_and_read_one_entry_at_once(opened: Opens, tmp_path: Path) -> None:
    paths = [str(Path(__file__).parent), *sys.path]
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), *paths]) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = opened().find(KEY)
    assert found is not None
    assert np.array_equal(found.values, VALUES)
    assert [path.name for path in tmp_path.iterdir()] == [entry_of(tmp_path).name]
