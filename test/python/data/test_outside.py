"""Images outside of the data set's folder are counted, or refused."""

# Holds the option dataset.outside

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from twintune.data.outside import outside_warnings, refuse_outside
from twintune.data.sources import open_sources
from twintune.errors import TwintuneError
from twintune.protocol import Csv, ImageFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two classes with four images, of which a link leads to one elsewhere and one to a whole folder."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    write_pictures(home, classes=2, each=1)
    write_pictures(elsewhere, classes=2, each=1)
    first, second = sorted(path for path in home.iterdir() if path.is_dir())
    other = sorted(elsewhere.rglob("*.png"))
    (first / "linked.png").symlink_to(other[0])
    (second / "linked").symlink_to(other[1].parent)
    return home


def _given(request: ImageFolder | Csv, cache: Path):
    return open_sources(request, str(cache)).given()


def test_links_out_of_the_folder_are_followed_and_counted(folder: Path, cache: Path) -> None:
    request = ImageFolder(train=str(folder), **DATASET_FIELDS)
    (warning,) = outside_warnings(request, _given(request, cache))
    assert warning.startswith("2 images lie outside of the data set's folder")
    assert str(folder.parent / "elsewhere") in warning
    refuse_outside(request, _given(request, cache))


def test_images_outside_are_refused_where_the_specification_says_so(folder: Path, cache: Path) -> None:
    request = ImageFolder(train=str(folder), outside="refuse", **DATASET_FIELDS)
    with pytest.raises(TwintuneError, match="2 images lie outside") as raised:
        refuse_outside(request, _given(request, cache))
    assert raised.value.code == "DATASET_INVALID"


def test_links_within_the_folder_and_a_linked_folder_itself_are_no_matter(tmp_path: Path, cache: Path) -> None:
    write_pictures(tmp_path / "home", classes=2, each=2)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    request = ImageFolder(train=str(tmp_path / "link"), outside="refuse", **DATASET_FIELDS)
    refuse_outside(request, _given(request, cache))
    assert outside_warnings(request, _given(request, cache)) == []


def test_absolute_and_climbing_paths_of_a_csv_file_are_counted(folder: Path, cache: Path) -> None:
    inside, *_ = sorted(path for path in folder.rglob("*.png") if not path.is_symlink())
    elsewhere = sorted((folder.parent / "elsewhere").rglob("*.png"))
    rows = [str(inside), str(elsewhere[0]), f"../{elsewhere[1].relative_to(folder.parent)}"]
    table = folder / "images.csv"
    table.write_text("path,label\n" + "".join(f"{row},{'ab'[at % 2]}\n" for at, row in enumerate(rows)))
    fields = {"path_column": "path", "label_column": "label"}
    request = Csv(train=str(table), **fields, **DATASET_FIELDS)
    (warning,) = outside_warnings(request, _given(request, cache))
    assert warning.startswith("2 images lie outside")


def test_a_folder_that_may_not_be_looked_into_is_a_fault_of_the_data(cache: Path) -> None:
    # Its links lead round in a circle, to what no user may read.
    request = ImageFolder(train="/proc/self", **DATASET_FIELDS)
    with pytest.raises(TwintuneError) as raised:
        open_sources(request, str(cache))
    assert raised.value.code in {"DATASET_INVALID", "DATASET_EMPTY"}
