"""CSV files as people's tools write them, and bad lines by their number."""

# Holds the options dataset.source, dataset.train, dataset.validation, dataset.test, dataset.pathColumn,
# dataset.labelColumn, dataset.splitColumn

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from twintune.data.csv_file import open_csv_files
from twintune.data.dataset import Sources
from twintune.errors import TwintuneError
from twintune.protocol import Csv
from twintune.system.travelled import VARIABLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "images", classes=2, each=3)
    return tmp_path


def write(folder: Path, content: str, name: str = "images.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_text(content, encoding=encoding)
    return folder / name


def open_csv(file: Path, **changes) -> Sources:
    columns = {"path_column": "path", "label_column": "label"}
    return open_csv_files(Csv(train=str(file), **{**DATASET_FIELDS, **columns, **changes}))


def failure(file: Path, **changes) -> TwintuneError:
    with pytest.raises(TwintuneError) as caught:
        open_csv(file, **changes)
    return caught.value


ROWS = "path,label\nimages/class0/0.png,dog\nimages/class1/1.png,cat\n"


def test_paths_are_relative_to_the_file_and_classes_sorted(folder: Path) -> None:
    dataset = open_csv(write(folder, ROWS)).train
    assert dataset.classes == ["cat", "dog"]
    assert dataset.labels.tolist() == [1, 0]
    assert dataset.read(1) == (folder / "images/class1/1.png").read_bytes()
    assert list(dataset.identities or []) == ["images/class0/0.png", "images/class1/1.png"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(folder: Path, delimiter: str) -> None:
    content = ROWS.replace(",", delimiter).replace("path", "file, or: path").replace("file, or: path", "path")
    assert open_csv(write(folder, content)).train.classes == ["cat", "dog"]


def test_quoted_cells_may_hold_the_other_delimiters(folder: Path) -> None:
    content = 'path;label\nimages/class0/0.png;"cat, big"\nimages/class1/1.png;"dog ""rex"""\n'
    assert open_csv(write(folder, content)).train.classes == ["cat, big", 'dog "rex"']


def test_a_byte_order_mark_and_foreign_line_ends_will_do(folder: Path) -> None:
    file = write(folder, ROWS.replace("\n", "\r\n") + "\r\n", encoding="utf-8-sig")
    assert len(open_csv(file).train.labels) == 2


def test_classes_are_text_even_where_they_look_like_numbers(folder: Path) -> None:
    content = "path,label\nimages/class0/0.png,10\nimages/class0/1.png,9\nimages/class1/1.png,007\n"
    assert open_csv(write(folder, content)).train.classes == ["007", "10", "9"]


def test_a_file_that_is_not_there_is_told_of_when_it_is_read(folder: Path) -> None:
    dataset = open_csv(write(folder, ROWS + "images/none.png,cat\n")).train
    with pytest.raises(FileNotFoundError):
        dataset.read(2)


def test_a_column_may_name_the_split(folder: Path) -> None:
    content = (
        "path,label,part\nimages/class0/0.png,dog,train\nimages/class1/1.png,cat,Training\n"
        "images/class0/1.png,dog,val\nimages/class0/2.png,dog,test\n"
    )
    sources = open_csv(write(folder, content), split_column="part")
    assert [len(dataset.labels) for dataset in sources.given()] == [2, 1, 1]
    assert sources.test is not None
    assert list(sources.test.identities or []) == ["images/class0/2.png"]
    # The verdicts of a check are kept by the name of the source, which must be unique.
    assert len({dataset.source for dataset in sources.given()}) == 3


def test_splits_that_no_row_names_are_split_off(folder: Path) -> None:
    content = "path,label,part\nimages/class0/0.png,dog,train\nimages/class1/1.png,cat,train\n"
    sources = open_csv(write(folder, content), split_column="part")
    assert sources.validation is None
    assert sources.test is None


def test_validation_and_test_may_be_files_of_their_own(folder: Path) -> None:
    train = write(folder, ROWS)
    other = write(folder, "path,label\nimages/class0/2.png,dog\n", "other.csv")
    sources = open_csv(train, validation=str(other), test=str(other))
    assert [len(dataset.labels) for dataset in sources.given()] == [2, 1, 1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("images/class0/0.png\n", "line 2 has 1 fields, and the first line 2"),
        ("images/class0/0.png,dog\n,cat\n", "line 3 has nothing in the column 'path'"),
        ("images/class0/0.png,\n", "line 2 has nothing in the column 'label'"),
        ('images/class0/0.png,"dog\n', "line 2 is no CSV"),
    ],
)
def test_a_bad_line_is_named(folder: Path, rows: str, message: str) -> None:
    error = failure(write(folder, "path,label\n" + rows))
    assert error.code == "DATASET_INVALID"
    assert f"images.csv, {message}" in error.message


def test_an_unknown_split_is_named_with_its_line(folder: Path) -> None:
    error = failure(write(folder, "path,label,split\na.png,cat,train\nb.png,cat,dev\n"), split_column="split")
    assert "line 3 has 'dev' in the column 'split', which is none of train, validation and test" in error.message


def test_a_pipe_is_no_csv_file(folder: Path) -> None:
    os.mkfifo(folder / "images.csv")
    assert "it is no regular file" in failure(str(folder / "images.csv")).message


def test_a_missing_column_is_named_with_those_there_are(folder: Path) -> None:
    error = failure(write(folder, "file;label\na.png;cat\n"))
    assert "has no column 'path'; its first line names file, label" in error.message
    assert "dataset.pathColumn" in (error.hint or "")


def test_a_column_that_is_there_twice_is_refused(folder: Path) -> None:
    assert "has the column 'label' twice" in failure(write(folder, "path,label,label\n")).message


@pytest.mark.parametrize(
    ("content", "code"),
    [("path,label\n", "DATASET_EMPTY"), ("", "DATASET_INVALID")],
)
def test_a_file_without_rows_is_named(folder: Path, content: str, code: str) -> None:
    assert failure(write(folder, content)).code == code


def test_another_encoding_is_named(folder: Path) -> None:
    error = failure(write(folder, "path,label\ncafé.png,é\n", encoding="latin-1"))
    assert "is not UTF-8" in error.message


def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    assert failure(folder / "none.csv").code == "DATASET_NOT_FOUND"


def test_a_list_that_has_travelled_to_a_node_finds_its_images_there_and_names_the_users(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = sorted((folder / "images").rglob("*.png"))
    here = write(folder, "path,label\n" + "".join(f"{image},{image.parent.name}\n" for image in images))
    there = folder / "node/files"
    for file in [here, *images]:
        moved = Path(f"{there}{file}")
        moved.parent.mkdir(parents=True, exist_ok=True)
        file.rename(moved)
    monkeypatch.setenv(VARIABLE, json.dumps([str(there)]))
    files = open_csv(Path(f"{there}{here}")).train
    assert files.read(0) == Path(f"{there}{images[0]}").read_bytes()
    assert files.describe(0) == str(images[0])
    assert files.identities is not None
    assert list(files.identities) == list(map(str, images))
