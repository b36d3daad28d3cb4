"""Splits are decided by each image's identity, and bad data is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from pictures import write_pictures
from twintune.data.splits import open_splits, unit_hash
from twintune.errors import TwintuneError
from twintune.protocol import ImageFolder


def spec(train: Path, test: Path | None = None, validation: float = 0.2) -> ImageFolder:
    return ImageFolder(
        train=str(train),
        test=None if test is None else str(test),
        validation_fraction=validation,
        test_fraction=0.2,
        image_size=32,
        on_corrupt="fail",
    )


def failure(request: ImageFolder) -> TwintuneError:
    with pytest.raises(TwintuneError) as caught:
        open_splits(request, "unused")
    return caught.value


def test_every_image_is_in_one_split(tmp_path: Path) -> None:
    splits = open_splits(spec(write_pictures(tmp_path / "all", each=20)), "unused")
    assert splits.validation is not None
    parts = [set(split.identities) for split in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 60
    assert all(parts)


def test_adding_an_image_moves_no_other(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", each=20)
    before = open_splits(spec(root), "unused")
    shutil.copy(root / "class0" / "0.png", root / "class0" / "00-first.png")
    after = open_splits(spec(root), "unused")
    for name in ("train", "validation", "test"):
        assert set(getattr(before, name).identities) <= set(getattr(after, name).identities)


def test_the_hash_spreads_evenly() -> None:
    values = [unit_hash(f"image-{number}.png") for number in range(10_000)]
    # The share below 0.2 has a standard deviation of 0.004; five of them.
    assert abs(np.mean(np.array(values) < 0.2) - 0.2) < 0.02


def test_hidden_files_are_passed_over_and_nested_ones_found(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all")
    (root / "class0" / ".hidden.png").write_bytes(b"")
    (root / ".cache").mkdir()
    (root / "class0" / "deep").mkdir()
    (root / "class0" / "0.png").rename(root / "class0" / "deep" / "ünïcode.PNG")
    splits = open_splits(spec(root, root), "unused")
    assert splits.classes == ["class0", "class1", "class2"]
    assert "class0/deep/ünïcode.PNG" in splits.test.identities
    assert len(splits.test) == 24


def test_a_folder_without_images_is_no_class_and_is_told_of(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all")
    (root / "__MACOSX").mkdir()
    splits = open_splits(spec(root, root), "unused")
    assert splits.classes == ["class0", "class1", "class2"]
    assert any("__MACOSX holds no image" in warning for warning in splits.warnings)


def test_the_folder_above_is_told_of(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train", each=20)
    write_pictures(tmp_path / "test", each=20)
    assert any("the folder above" in warning for warning in open_splits(spec(tmp_path), "unused").warnings)


def test_a_class_without_test_images_is_told_of(tmp_path: Path) -> None:
    train, test = write_pictures(tmp_path / "train"), write_pictures(tmp_path / "test", classes=2)
    assert any("no image of 'class2'" in warning for warning in open_splits(spec(train, test), "unused").warnings)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = failure(spec(tmp_path / "nowhere"))
    assert error.code == "DATASET_NOT_FOUND"
    assert "nowhere" in error.message


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    error = failure(spec(tmp_path))
    assert error.code == "DATASET_EMPTY"
    assert "no image in cats" in error.message


def test_one_class_is_refused(tmp_path: Path) -> None:
    assert failure(spec(write_pictures(tmp_path, classes=1))).code == "DATASET_ONE_CLASS"


def test_a_class_only_the_test_images_have_is_named(tmp_path: Path) -> None:
    train, test = write_pictures(tmp_path / "train", classes=2), write_pictures(tmp_path / "test", classes=3)
    error = failure(spec(train, test))
    assert error.code == "DATASET_INVALID"
    assert "class2" in error.message


def test_test_labels_follow_the_training_classes(tmp_path: Path) -> None:
    train, test = write_pictures(tmp_path / "train", classes=3), write_pictures(tmp_path / "test", classes=3)
    shutil.rmtree(test / "class0")
    splits = open_splits(spec(train, test), "unused")
    assert set(splits.test.labels) == {1, 2}


def test_a_split_without_images_is_named(tmp_path: Path) -> None:
    root = write_pictures(tmp_path, each=2)
    error = failure(spec(root, root, validation=1e-9))
    assert error.code == "SPLIT_EMPTY"
    assert "validation" in error.message


def test_a_corrupt_image_is_named(tmp_path: Path) -> None:
    root = write_pictures(tmp_path)
    (root / "class1" / "3.png").write_bytes(b"not a picture")
    splits = open_splits(spec(root, root), "unused")
    with pytest.raises(TwintuneError, match=r"class1/3\.png can't be decoded") as caught:
        splits.test.open(splits.test.identities.index("class1/3.png"))
    assert caught.value.code == "IMAGE_CORRUPT"


def test_a_name_that_is_not_utf8_is_split_too() -> None:
    assert 0 <= unit_hash("class/\udcff.png") < 1


def test_a_truncated_image_is_named(tmp_path: Path) -> None:
    root = write_pictures(tmp_path)
    whole = (root / "class1" / "3.png").read_bytes()
    (root / "class1" / "3.png").write_bytes(whole[: len(whole) // 2])
    splits = open_splits(spec(root, root), "unused")
    with pytest.raises(TwintuneError, match=r"class1/3\.png"):
        splits.test.open(splits.test.identities.index("class1/3.png"))
