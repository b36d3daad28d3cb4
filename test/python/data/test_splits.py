"""Splits are decided by each image's identity, and bad data is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pictures import write_pictures
from twintune.data.dataset import Split, Splits
from twintune.data.splits import open_splits
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
        resize="squash",
        cache_decoded="none",
    )


@pytest.fixture
def split(cache: Path) -> Callable[[ImageFolder], Splits]:
    return lambda request, seed=None: open_splits(request, seed, str(cache), lambda done, total: None)


@pytest.fixture
def failure(split) -> Callable[[ImageFolder], TwintuneError]:
    def fail(request: ImageFolder) -> TwintuneError:
        with pytest.raises(TwintuneError) as caught:
            split(request)
        return caught.value

    return fail


def identities(split: Split) -> list[str]:
    return [split.identity(position) for position in range(len(split))]


def test_every_image_is_in_one_split(tmp_path: Path, split) -> None:
    splits = split(spec(write_pictures(tmp_path / "all", each=20)))
    assert splits.validation is not None
    parts = [set(identities(part)) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 60
    assert all(parts)


# Holds the options dataset.validationFraction, dataset.testFraction
@pytest.mark.parametrize("seed", [None, 7])
def test_adding_an_image_moves_no_other(tmp_path: Path, split, seed: int | None) -> None:
    root = write_pictures(tmp_path / "all", each=20)
    before = split(spec(root), seed)
    shutil.copy(root / "class0" / "0.png", root / "class0" / "00-first.png")
    after = split(spec(root), seed)
    for name in ("train", "validation", "test"):
        assert set(identities(getattr(before, name))) <= set(identities(getattr(after, name)))


# Holds the option comparison.vary
def test_a_seed_splits_otherwise_and_the_same_one_alike(tmp_path: Path, split) -> None:
    root = write_pictures(tmp_path / "all", each=20)
    unsalted, first, again, second = (split(spec(root), seed) for seed in (None, 1, 1, 2))
    assert first.membership == again.membership
    assert len({unsalted.membership, first.membership, second.membership}) == 3


def test_a_class_without_test_images_is_told_of(tmp_path: Path, split) -> None:
    train, test = write_pictures(tmp_path / "train"), write_pictures(tmp_path / "test", classes=2)
    assert any("no image of 'class2'" in warning for warning in split(spec(train, test)).warnings)


def test_a_missing_folder_is_named(tmp_path: Path, failure) -> None:
    error = failure(spec(tmp_path / "nowhere"))
    assert error.code == "DATASET_NOT_FOUND"
    assert "nowhere" in error.message


def test_an_empty_folder_is_named(tmp_path: Path, failure) -> None:
    (tmp_path / "cats").mkdir()
    error = failure(spec(tmp_path))
    assert error.code == "DATASET_EMPTY"
    assert "no image in cats" in error.message


def test_one_class_is_refused(tmp_path: Path, failure) -> None:
    assert failure(spec(write_pictures(tmp_path, classes=1))).code == "DATASET_ONE_CLASS"


def test_a_class_only_the_test_images_have_is_named(tmp_path: Path, failure) -> None:
    train, test = write_pictures(tmp_path / "train", classes=2), write_pictures(tmp_path / "test", classes=3)
    error = failure(spec(train, test))
    assert error.code == "DATASET_INVALID"
    assert "class2" in error.message


@pytest.mark.parametrize(("classes", "of_test", "code"), [(1, 1, "DATASET_ONE_CLASS"), (2, 3, "DATASET_INVALID")])
def test_wrong_classes_are_refused_before_any_image_is_decoded(
    tmp_path: Path, cache: Path, classes: int, of_test: int, code: str
) -> None:
    train = write_pictures(tmp_path / "train", classes=classes)
    test = write_pictures(tmp_path / "test", classes=of_test)
    checked: list[int] = []
    with pytest.raises(TwintuneError) as caught:
        open_splits(spec(train, test), None, str(cache), lambda done, total: checked.append(done))
    assert (caught.value.code, checked) == (code, [])


def test_test_labels_follow_the_training_classes(tmp_path: Path, split) -> None:
    train, test = write_pictures(tmp_path / "train", classes=3), write_pictures(tmp_path / "test", classes=3)
    shutil.rmtree(test / "class0")
    splits = split(spec(train, test))
    assert set(splits.test.labels) == {1, 2}


def test_a_split_without_images_is_named(tmp_path: Path, failure) -> None:
    root = write_pictures(tmp_path, each=1)
    error = failure(spec(root, root, validation=1e-9))
    assert error.code == "SPLIT_EMPTY"
    assert "validation" in error.message


def test_a_split_without_images_for_damage_says_so(tmp_path: Path, failure) -> None:
    root = write_pictures(tmp_path, each=2)
    for file in root.glob("*/*.png"):
        file.write_bytes(b"not a picture")
    error = failure(msgspec.structs.replace(spec(root), on_corrupt="skip"))
    assert error.code == "SPLIT_EMPTY"
    assert "there are 0 images for all splits, and 6 that can't be decoded" in error.message
    assert (
        f"{root / 'class0' / '0.png'}: its content is no AVIF, BMP, GIF, JPEG, PNG, PPM, TIFF or WEBP image"
        in error.message
    )
