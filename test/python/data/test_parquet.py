"""Parquet files: the Hugging Face image schema, and bare columns."""

# Holds the options dataset.source, dataset.train, dataset.validation, dataset.test, dataset.imageColumn

from __future__ import annotations

import io
import os
from pathlib import Path

import datasets
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from conftest import DATASET_FIELDS
from PIL import Image
from twintune.data.dataset import ImageDataset
from twintune.data.parquet import open_parquet_files
from twintune.errors import TwintuneError
from twintune.protocol import Parquet


def png(value: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (8, 8), value).save(stream, "PNG")
    return stream.getvalue()


def spec(**changes) -> Parquet:
    return Parquet(**{"train": "x", **DATASET_FIELDS, "image_column": "image", "label_column": "label", **changes})


def write(path: Path, columns: dict) -> str:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return str(path)


def open_parquet(file: str, cache: Path, **changes) -> ImageDataset:
    return open_parquet_files(spec(train=file, **changes), str(cache)).train


def failure(file: str, cache: Path, **changes) -> TwintuneError:
    with pytest.raises(TwintuneError) as caught:
        open_parquet(file, cache, **changes)
    return caught.value


def test_the_hugging_face_schema_gives_names_and_paths(tmp_path: Path, cache: Path) -> None:
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    images = [{"bytes": png(value), "path": f"{value}.png"} for value in (0, 255)]
    file = tmp_path / "a.parquet"
    datasets.Dataset.from_dict({"image": images, "label": [1, 0]}, features=features).to_parquet(str(file))
    dataset = open_parquet(str(file), cache)
    assert dataset.classes == ["cat", "dog"]
    assert dataset.labels.tolist() == [1, 0]
    assert list(dataset.identities or []) == ["0.png", "255.png"]
    assert dataset.read(1) == png(255)


def test_bare_bytes_and_strings_will_do(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "b.parquet", {"picture": [png(1), png(2), png(1)], "kind": ["b", "a", "b"]})
    dataset = open_parquet(file, cache, image_column="picture", label_column="kind")
    assert dataset.classes == ["a", "b"]
    assert dataset.labels.tolist() == [1, 0, 1]
    assert dataset.read(2) == png(1)
    # Without paths an image is known by its content alone.
    assert dataset.identities is None


def test_a_changed_file_is_read_anew(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "c.parquet", {"image": [png(1), png(2)], "label": [0, 1]})
    assert len(open_parquet(file, cache).labels) == 2
    write(tmp_path / "c.parquet", {"image": [png(1), png(2), png(3)], "label": [0, 1, 1]})
    assert open_parquet(file, cache).labels.tolist() == [0, 1, 1]


def test_a_file_that_was_rewritten_with_its_old_size_and_time_is_read_anew(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "c.parquet", {"image": [png(1), png(2)], "label": [0, 1]})
    before = os.stat(file)
    first = open_parquet(file, cache)
    write(tmp_path / "c.parquet", {"image": [png(1), png(2)], "label": [1, 0]})
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(file).st_size == before.st_size
    second = open_parquet(file, cache)
    assert (first.labels.tolist(), second.labels.tolist()) == ([0, 1], [1, 0])
    assert not np.array_equal(first.stamps(), second.stamps())


def test_a_path_is_no_pattern(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "run[1]*"
    folder.mkdir()
    file = write(folder / "t.parquet", {"image": [png(1), png(2)], "label": [0, 1]})
    assert open_parquet(file, cache).labels.tolist() == [0, 1]


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path, cache: Path) -> None:
    error = failure(write(tmp_path / "d.parquet", {"img": [png(1)], "label": [0]}), cache)
    assert error.code == "DATASET_INVALID"
    assert "no column 'image'; it has img, label" in error.message
    assert "dataset.imageColumn" in (error.hint or "")


def test_an_empty_file_is_named(tmp_path: Path, cache: Path) -> None:
    columns = {"image": pyarrow.array([], pyarrow.binary()), "label": pyarrow.array([], pyarrow.int64())}
    assert failure(write(tmp_path / "e.parquet", columns), cache).code == "DATASET_EMPTY"


def test_what_is_not_parquet_is_named(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "f.parquet").write_text("hello")
    error = failure(str(tmp_path / "f.parquet"), cache)
    assert error.code == "DATASET_INVALID"
    assert "f.parquet" in error.message


def test_a_parquet_file_with_a_damaged_end_is_named(tmp_path: Path, cache: Path) -> None:
    file = Path(write(tmp_path / "x.parquet", {"image": [png(0)] * 2, "label": ["a", "b"]}))
    content = file.read_bytes()
    file.write_bytes(content[:-60] + b"\0" * 40 + content[-20:])
    assert "can't be read as parquet" in failure(str(file), cache).message


def test_a_row_without_a_class_is_named(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "g.parquet", {"image": [png(1), png(2)], "label": [0, None]})
    assert "row 1 has no class" in failure(file, cache).message


def test_a_negative_label_is_refused(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "n.parquet", {"image": [png(1), png(2)], "label": [1, -1]})
    assert "row 1 has the label -1" in failure(file, cache).message


def test_a_label_beyond_the_class_names_is_named(tmp_path: Path, cache: Path) -> None:
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    file = tmp_path / "h.parquet"
    datasets.Dataset.from_dict(
        {"image": [{"bytes": png(1), "path": None}] * 2, "label": [1, 0]}, features=features
    ).to_parquet(str(file))
    table = pyarrow.parquet.read_table(file)
    bad = table.set_column(1, "label", pyarrow.array([1, 5])).replace_schema_metadata(table.schema.metadata)
    pyarrow.parquet.write_table(bad, file)
    error = failure(str(file), cache)
    assert "row 1 has the label 5, but there are 2 class names" in error.message


def test_numbers_are_not_images(tmp_path: Path, cache: Path) -> None:
    file = write(tmp_path / "i.parquet", {"image": np.arange(3), "label": [0, 1, 0]})
    assert "not encoded images" in failure(file, cache).message
