"""The check that sees every image before training does, and remembers what it saw."""

# Holds the option dataset.onCorrupt

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.feather
import pytest
import twintune.data.verdicts
from pictures import write_pictures
from PIL import Image
from twintune.data import checking
from twintune.data.checking import check_images
from twintune.data.imagefolder import open_image_folder
from twintune.data.verdicts import _CHECKSUM_BYTES, Verdicts, _checksum
from twintune.errors import Cancelled


@pytest.fixture
def decoded(monkeypatch) -> list[int]:
    """The images that were decoded, and not remembered."""
    indices: list[int] = []
    look_at = checking.look_at

    def noting(dataset, index: int):
        indices.append(index)
        return look_at(dataset, index)

    monkeypatch.setattr(checking, "look_at", noting)
    return indices


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Verdicts]:
    def run(root: Path, progress=lambda done, total: None) -> Verdicts:
        return check_images([open_image_folder(str(root))], str(tmp_path / "cache"), progress)[0]

    return run


def test_every_image_has_a_verdict(tmp_path: Path, check) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    (root / "class0" / "1.png").write_bytes(b"not a picture")
    (root / "class1" / "2.png").write_bytes(b"")
    verdicts = check(root)
    assert verdicts.reasons == {
        1: "its content is no AVIF, BMP, GIF, JPEG, PNG, PPM, TIFF or WEBP image",
        5: "the file is empty",
    }
    assert verdicts.readable().tolist() == [True, False, True, True, True, False]
    assert verdicts.sizes[0].tolist() == [40, 40]
    assert verdicts.kind_names[verdicts.kinds[0]] == "PNG RGB"


def test_a_later_check_decodes_nothing_anew(tmp_path: Path, check, decoded: list[int]) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    (root / "class0" / "1.png").write_bytes(b"not a picture")
    first = check(root)
    assert sorted(decoded) == list(range(6))
    decoded.clear()
    second = check(root)
    assert decoded == []
    assert second.reasons == first.reasons
    assert np.array_equal(second.digests, first.digests)
    assert np.array_equal(second.sizes, first.sizes)
    assert [second.kind_names[k] for k in second.kinds] == [first.kind_names[k] for k in first.kinds]


def test_only_what_has_changed_is_decoded_again(tmp_path: Path, check, decoded: list[int]) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    check(root)
    decoded.clear()
    (root / "class0" / "00.png").write_bytes((root / "class1" / "0.png").read_bytes())
    os.utime(root / "class1" / "2.png", ns=(0, 12345))
    verdicts = check(root)
    # Sorted by path, the new one comes after 0.png.
    assert sorted(decoded) == [1, 6]
    assert np.array_equal(verdicts.digests[1], verdicts.digests[4])


def test_an_image_that_was_rewritten_with_its_old_size_and_time_is_decoded_again(
    tmp_path: Path, check, decoded: list[int]
) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    for number in (0, 1):
        Image.new("RGB", (4, 4), (number, 0, 0)).save(root / "class0" / f"{number}.bmp")
    check(root)
    decoded.clear()
    file = root / "class0" / "0.bmp"
    before = file.stat()
    file.write_bytes((root / "class0" / "1.bmp").read_bytes())
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    verdicts = check(root)
    assert decoded == [0]
    assert np.array_equal(verdicts.digests[0], verdicts.digests[2])


def test_a_file_that_could_not_be_read_is_looked_at_again(tmp_path: Path, check, decoded: list[int]) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    (root / "class0" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert check(root).reasons == {3: "there is no such file"}
    decoded.clear()
    check(root)
    assert decoded == [3]


def test_what_would_never_end_or_fit_into_memory_is_unreadable(tmp_path: Path, check) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    os.mkfifo(root / "class0" / "3.png")
    (root / "class0" / "4.png").symlink_to("/dev/zero")
    with open(root / "class0" / "5.png", "wb") as sparse:
        sparse.truncate(200 << 30)
    assert check(root).reasons == {
        3: "it is no regular file",
        4: "it is no regular file",
        5: "it has 214,748,364,800 bytes, more than 1,073,741,824",
    }


def test_a_check_that_was_stopped_goes_on_where_it_was(tmp_path: Path, check, decoded: list[int]) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=20)

    def stop(done: int, total: int) -> None:
        if done == 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        check(root, stop)
    decoded.clear()
    reports: list[tuple[int, int]] = []
    check(root, lambda done, total: reports.append((done, total)))
    assert len(decoded) == 10
    assert reports[0] == (31, 40)
    assert reports[-1] == (40, 40)


def test_verdicts_of_another_decoder_are_void(tmp_path: Path, check, decoded: list[int], monkeypatch) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    check(root)
    decoded.clear()
    schema = twintune.data.verdicts._SCHEMA
    monkeypatch.setattr(twintune.data.verdicts, "_SCHEMA", schema.with_metadata({"decoder": b"another"}))
    check(root)
    assert len(decoded) == 6


def test_verdicts_with_other_columns_are_void(tmp_path: Path, check, decoded: list[int]) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    check(root)
    (kept,) = (tmp_path / "cache" / "checks").iterdir()
    table = pyarrow.feather.read_table(pyarrow.BufferReader(kept.read_bytes()[_CHECKSUM_BYTES:]))
    stream = pyarrow.BufferOutputStream()
    pyarrow.feather.write_feather(table.drop_columns(["height"]), stream)
    content = stream.getvalue().to_pybytes()
    kept.write_bytes(_checksum(content) + content)
    decoded.clear()
    check(root)
    assert len(decoded) == 6


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:100],
        # Half way lies a digest, of which no reader can see that it is another one.
        lambda content: content[: len(content) // 2] + b"\1" + content[len(content) // 2 + 1 :],
    ],
    ids=["cut off", "a byte"],
)
def test_a_damaged_cache_costs_a_check_and_no_more(tmp_path: Path, check, decoded: list[int], damage) -> None:
    root = write_pictures(tmp_path / "all", classes=2, each=3)
    check(root)
    (kept,) = (tmp_path / "cache" / "checks").iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    decoded.clear()
    assert check(root).reasons == {}
    assert len(decoded) == 6


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path, check) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert check(write_pictures(tmp_path / "all", classes=2, each=3)).reasons == {}
