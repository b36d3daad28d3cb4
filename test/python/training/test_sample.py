"""The sample in examples/data is what its README says."""

import io
from collections import Counter
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
from make_sample import CLASSES
from PIL import Image

DATA = Path(__file__).parents[3] / "examples" / "data"


def read(split: str) -> list[dict]:
    return pq.read_table(DATA / f"{split}.parquet").to_pylist()


@pytest.mark.parametrize(("split", "per_class"), [("train", 300), ("test", 100)])
def test_every_class_has_equally_many_images(split, per_class):
    assert Counter(row["label"] for row in read(split)) == dict.fromkeys(range(10), per_class)


@pytest.mark.parametrize("split", ["train", "test"])
def test_datasets_reads_the_images_and_the_names_of_the_classes(split):
    schema = pq.read_schema(DATA / f"{split}.parquet")
    features = datasets.Features.from_arrow_schema(schema)
    assert features == {"image": datasets.Image(), "label": datasets.ClassLabel(names=CLASSES)}


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_image_is_a_greyscale_png_of_28_by_28_pixels(split):
    for row in read(split):
        image = Image.open(io.BytesIO(row["image"]["bytes"]))
        image.load()
        assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))


def test_no_image_is_there_twice_so_none_of_the_test_is_in_the_training():
    rows = read("train") + read("test")
    assert len({row["image"]["bytes"] for row in rows}) == 4000
    assert len({row["image"]["path"] for row in rows}) == 4000


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_images_are_in_the_order_of_the_source_with_the_classes_mixed(split):
    rows = read(split)
    paths = [row["image"]["path"] for row in rows]
    assert paths == sorted(paths)
    assert len({row["label"] for row in rows[:50]}) == 10
