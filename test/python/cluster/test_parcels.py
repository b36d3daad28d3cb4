"""Files are packed into parcels of a bounded size, and a file that has changed is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from twintune.cluster.listing import CannotTravel
from twintune.cluster.parcels import Piece, Travelling, pack


def listed(file: Path) -> Travelling:
    status = file.stat()
    return Travelling(str(file), status.st_size, status.st_mtime_ns)


def write(folder: Path, name: str, content: bytes) -> Travelling:
    (folder / name).write_bytes(content)
    return listed(folder / name)


def joined(parcels: list[list[Piece]]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for piece in (piece for parcel in parcels for piece in parcel):
        before = contents.setdefault(os.path.basename(piece.file.path), b"")
        assert piece.start == len(before)
        contents[os.path.basename(piece.file.path)] = before + piece.content
    return contents


def test_small_files_share_a_parcel_and_a_large_one_takes_several(tmp_path: Path) -> None:
    contents = {"small": b"s" * 10, "empty": b"", "large": bytes(range(250)) * 20, "last": b"l" * 700}
    parcels = list(pack([write(tmp_path, *item) for item in contents.items()], most=2_000))
    assert joined(parcels) == contents
    assert all(sum(len(piece.content) for piece in parcel) <= 2_000 for parcel in parcels)
    assert [os.path.basename(piece.file.path) for piece in parcels[0]] == ["small", "empty", "large"]
    assert len(parcels) > 3


def test_a_hundred_thousand_empty_files_do_not_share_one_parcel(tmp_path: Path) -> None:
    file = write(tmp_path, "empty", b"")
    assert len(list(pack([file] * 1_000, most=100_000))) > 4


@pytest.mark.parametrize("change", [lambda file: file.write_bytes(b"other!"), os.utime, os.unlink])
def test_a_file_that_is_changed_on_its_way_is_refused(tmp_path: Path, change) -> None:
    file = write(tmp_path, "image.png", b"before")
    os.utime(file.path, ns=(1, 1))
    file = listed(Path(file.path))
    change(Path(file.path))
    with pytest.raises(CannotTravel) as caught:
        list(pack([file]))
    assert (caught.value.path, caught.value.is_changed) == (file.path, True)


def test_a_file_that_grows_between_two_parcels_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "image.png", b"x" * 5_000)
    parcels = pack([file], most=2_000)
    next(parcels)
    Path(file.path).write_bytes(b"x" * 6_000)
    with pytest.raises(CannotTravel, match="changed"):
        list(parcels)


def test_a_file_that_can_not_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CannotTravel) as caught:
        list(pack([listed(tmp_path / "folder")]))
    assert (caught.value.reason, caught.value.is_changed) == ("it can't be read (it is no regular file)", False)
