"""`twintune data` counts images by split, class, size and kind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from PIL import Image
from twintune.data.description import describe_data
from twintune.errors import TwintuneError
from twintune.protocol import (
    Augmentation,
    DescribeDataRequest,
    DescribeDataResult,
    ImageFolder,
    RandomWeights,
    RunSeeds,
    SheetRequest,
)

UNSALTED = RunSeeds(init=0, order=0, augmentation=0, split=None)


@pytest.fixture
def describe(cache: Path) -> Callable[..., DescribeDataResult]:
    def run(train: Path, **changes) -> DescribeDataResult:
        dataset = ImageFolder(train=str(train), **{**DATASET_FIELDS, **changes})
        return describe_data(DescribeDataRequest(dataset, UNSALTED, str(cache), None), lambda report: None)

    return run


def test_images_are_counted_by_split_and_class(tmp_path: Path, describe) -> None:
    train, test = write_pictures(tmp_path / "a", each=10), write_pictures(tmp_path / "b", classes=2, series=1)
    data = describe(train, test=str(test), validation_fraction=0.0)
    assert data.classes == ["class0", "class1", "class2"]
    assert [(split.name, split.images, split.images_by_class) for split in data.splits] == [
        ("train", 30, [10, 10, 10]),
        ("test", 16, [8, 8, 0]),
    ]
    assert data.warnings == ["The test split has no image of 'class2'."]


def test_sizes_and_kinds_are_those_of_the_files(tmp_path: Path, describe) -> None:
    train, test = write_pictures(tmp_path / "a", each=10), write_pictures(tmp_path / "b", series=1)
    Image.new("L", (20, 70)).save(train / "class0" / "grey.jpg")
    Image.new("P", (90, 30)).save(train / "class0" / "palette.gif")
    split = describe(train, test=str(test), validation_fraction=0.0).splits[0]
    assert (split.sizes.width.min, split.sizes.width.median, split.sizes.width.max) == (20, 40, 90)
    assert (split.sizes.height.min, split.sizes.height.median, split.sizes.height.max) == (30, 40, 70)
    kinds = [(kind.format, kind.mode, kind.images) for kind in split.kinds]
    assert kinds[0] == ("PNG", "RGB", 30)
    assert sorted(kinds[1:]) == [("GIF", "P", 1), ("JPEG", "L", 1)]


def test_equal_images_are_grouped_with_split_and_class(tmp_path: Path, describe) -> None:
    train, test = write_pictures(tmp_path / "a", each=10), write_pictures(tmp_path / "b", series=1)
    shutil.copy(train / "class1" / "3.png", test / "class2" / "copy.png")
    shutil.copy(train / "class0" / "5.png", train / "class0" / "copy.png")
    within, across = describe(train, test=str(test), validation_fraction=0.0).duplicates
    assert [(image.split, image.label) for image in across] == [("train", "class1"), ("test", "class2")]
    assert across[1].image == str(test / "class2" / "copy.png")
    assert [image.split for image in within] == ["train", "train"]


def test_images_that_can_not_be_decoded_are_listed_whatever_a_run_does(tmp_path: Path, describe) -> None:
    train = write_pictures(tmp_path / "a", each=30)
    files = sorted((train / "class0").iterdir())[:25]
    for file in files:
        file.write_bytes(b"")
    for what in ("fail", "skip"):
        data = describe(train, on_corrupt=what)
        assert [image.image for image in data.unreadable] == [str(file) for file in files]
        assert data.unreadable[0].reason == "the file is empty"
        assert sum(split.images for split in data.splits) == 65


def test_classes_that_differ_by_spaces_or_capitals_are_told_of(tmp_path: Path, describe) -> None:
    train = write_pictures(tmp_path / "a", each=20)
    (train / "class0").rename(train / "Cat")
    (train / "class1").rename(train / "cat ")
    (warning,) = [warning for warning in describe(train).warnings if "spaces or capitals" in warning]
    assert "'Cat' and 'cat '" in warning


def test_data_that_can_not_be_split_are_a_failure(tmp_path: Path, describe) -> None:
    with pytest.raises(TwintuneError) as caught:
        describe(write_pictures(tmp_path / "a", classes=1))
    assert caught.value.code == "DATASET_ONE_CLASS"


def test_no_framework_is_imported_even_for_a_contact_sheet(tmp_path: Path) -> None:
    write_pictures(tmp_path / "a", each=20)
    fields = {
        "validationFraction": 0.2,
        "testFraction": 0.2,
        "imageSize": 32,
        "onCorrupt": "fail",
        "resize": "squash",
        "cacheDecoded": "auto",
    }
    dataset = {"source": "imagefolder", "train": str(tmp_path / "a"), **fields}
    augmentation = {"horizontalFlip": 0.5, "verticalFlip": 0, "rotation": 10, "mixup": 0.2, "cutmix": 0}
    sheet = {
        "file": str(tmp_path / "sheet.png"),
        "backbone": "resnet18",
        "weights": {"kind": "random"},
        "batchSize": 8,
        "sampler": "shuffled",
        "augmentation": augmentation,
    }
    seeds = {"init": 0, "order": 0, "augmentation": 0, "split": None}
    request = json.dumps(
        {"dataset": dataset, "seeds": seeds, "cacheDirectory": str(tmp_path / "cache"), "sheet": sheet}
    )
    program = (
        "import sys; from twintune.handlers import HANDLERS\n"
        f"HANDLERS['describe-data']({request!r}.encode(), lambda report: None)\n"
        "print(sorted({'torch', 'torchvision', 'tensorflow', 'keras'} & set(sys.modules)))\n"
    )
    folder = Path(__file__).parents[3] / "python"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
    assert Image.open(tmp_path / "sheet.png").format == "PNG"


def test_a_sheet_that_can_not_be_written_is_a_failure(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "file").write_text("")
    dataset = ImageFolder(train=str(write_pictures(tmp_path / "a", each=20)), **DATASET_FIELDS)
    plain = Augmentation(horizontal_flip=0, vertical_flip=0, rotation=0, mixup=0, cutmix=0)
    sheet = SheetRequest(str(tmp_path / "file" / "sheet.png"), "resnet18", RandomWeights(), 8, "shuffled", plain)
    with pytest.raises(TwintuneError, match=r"sheet\.png can't be written") as caught:
        describe_data(DescribeDataRequest(dataset, UNSALTED, str(cache), sheet), lambda report: None)
    assert caught.value.code == "FILE_UNWRITABLE"
