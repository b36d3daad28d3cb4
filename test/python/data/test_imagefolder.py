"""Folders of images: nested, linked, named in any script, with or without folders of splits."""

# Holds the options dataset.source, dataset.train, dataset.validation, dataset.test

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from PIL import Image
from twintune.data.dataset import Sources
from twintune.data.files import ImageFiles
from twintune.data.imagefolder import open_image_folder, open_image_folders
from twintune.errors import TwintuneError
from twintune.protocol import ImageFolder


def open_request(train: Path, **changes) -> Sources:
    return open_image_folders(ImageFolder(train=str(train), **{**DATASET_FIELDS, **changes}))


def open_folder(folder: Path) -> ImageFiles:
    return open_image_folder(str(folder))


def write_classes(root: Path, *names: str) -> None:
    """Writes an image for each class, directly into its folder."""
    for name in names:
        (root / name).mkdir(parents=True)
        Image.new("L", (8, 8)).save(root / name / "0.png")


def write_comparison(runs: Path) -> None:
    """Writes a folder as comparisons leave it: with thumbnails of the images that the frameworks disagree on."""
    folder = runs / "cats-20260101-000000-abcd"
    write_classes(folder / "disagreements", "seed0")
    for name in ("spec.yaml", "events.jsonl"):
        (folder / name).touch()


def test_hidden_files_are_passed_over_and_nested_ones_found(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all")
    (root / "class0" / ".hidden.png").write_bytes(b"")
    (root / ".cache" / "images").mkdir(parents=True)
    (root / "class0" / "deep" / "deeper").mkdir(parents=True)
    (root / "class0" / "0.png").rename(root / "class0" / "deep" / "deeper" / "ünïcode.PNG")
    dataset = open_folder(root)
    assert dataset.classes == ["class0", "class1", "class2"]
    assert "class0/deep/deeper/ünïcode.PNG" in dataset.identities
    assert len(dataset.labels) == 24
    assert dataset.labels[dataset.identities.index("class0/deep/deeper/ünïcode.PNG")] == 0
    assert dataset.warnings == []


def test_a_name_is_the_same_on_macos_and_linux(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        folder = tmp_path / form / unicodedata.normalize(form, "éclair")
        folder.mkdir(parents=True)
        write_pictures(tmp_path / form / "rest", classes=1)
        (tmp_path / form / "rest" / "class0" / "0.png").rename(folder / unicodedata.normalize(form, "ü.png"))
        # Composed, ü comes after v; taken apart, it would come before.
        (tmp_path / form / "rest" / "class0" / "1.png").rename(folder / "v.png")
    composed, decomposed = (open_folder(tmp_path / form) for form in ("NFC", "NFD"))
    assert list(composed.identities) == list(decomposed.identities)
    assert composed.classes == decomposed.classes
    # The files are still found under the names that they have on the disk.
    assert all(dataset.read(index) for dataset in (composed, decomposed) for index in range(8))


def test_a_name_that_is_not_utf8_is_read_and_can_be_printed(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    os.rename(root / "class0" / "0.png", os.fsencode(root / "class0") + b"/\xff.png")
    dataset = open_folder(root)
    index = next(i for i, name in enumerate(dataset.identities) if "\udcff" in name)
    assert dataset.read(index)
    assert dataset.describe(index).endswith(r"class0/\xff.png")


def test_a_folder_without_images_is_no_class_and_is_told_of(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all")
    (root / "__MACOSX").mkdir()
    dataset = open_folder(root)
    assert dataset.classes == ["class0", "class1", "class2"]
    assert any("__MACOSX holds no image" in warning for warning in dataset.warnings)


def test_what_is_passed_over_is_told_of(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all")
    (root / "class0" / "notes.txt").write_text("")
    (root / "class0" / "photo.HEIC").write_text("")
    (root / "class0" / os.fsdecode(b"photo.\xe9t\xe9")).write_text("")
    (root / "loose.png").write_bytes(b"")
    warnings = " ".join(open_folder(root).warnings)
    assert "1 images in no folder of a class" in warnings
    assert "no images, passed over: 1 .heic, 1 .txt" in warnings
    # A report of it is JSON, which is UTF-8.
    warnings.encode()


def test_linked_folders_and_files_are_followed(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    pool = write_pictures(tmp_path / "pool", classes=1, series=1)
    (root / "linked").symlink_to(pool / "class0")
    (root / "class0" / "linked.png").symlink_to(write_pictures(tmp_path / "more", classes=1) / "class0" / "1.png")
    dataset = open_folder(root)
    assert dataset.classes == ["class0", "class1", "linked"]
    assert len(dataset.labels) == 8 + 8 + 8 + 1
    assert dataset.warnings == []


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    (root / "class0" / "round").symlink_to(root)
    (root / "class1" / "self").symlink_to(root / "class1")
    dataset = open_folder(root)
    assert len(dataset.labels) == 16
    assert any("2 links to what is there already" in warning for warning in dataset.warnings)


def test_a_file_reached_twice_counts_once_where_it_really_is(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    (root / "class0" / "other.png").symlink_to(root / "class1" / "3.png")
    (root / "aaa").symlink_to(root / "class1")
    outside = write_pictures(tmp_path / "pool", classes=1, series=1) / "class0" / "0.png"
    (root / "class0" / "x.png").symlink_to(outside)
    (root / "class1" / "y.png").symlink_to(outside)
    dataset = open_folder(root)
    assert dataset.classes == ["class0", "class1"]
    assert len(dataset.labels) == 17
    assert "class1/3.png" in dataset.identities
    assert "class0/x.png" in dataset.identities
    assert any("3 links" in warning for warning in dataset.warnings)


def test_links_to_images_in_no_folder_of_a_class_give_them_one(tmp_path: Path) -> None:
    pool = write_pictures(tmp_path / "pool", classes=1) / "class0"
    root = tmp_path / "all"
    for number, name in enumerate(["cat", "dog"]):
        (root / name).mkdir(parents=True)
        (root / f"{number}.png").write_bytes((pool / f"{number}.png").read_bytes())
        (root / name / "inside.png").symlink_to(root / f"{number}.png")
        (root / f"{number}-outside.png").symlink_to(pool / f"{number + 2}.png")
        (root / name / "outside.png").symlink_to(pool / f"{number + 2}.png")
    dataset = open_folder(root)
    assert list(dataset.identities) == ["cat/inside.png", "cat/outside.png", "dog/inside.png", "dog/outside.png"]


def test_a_folder_within_a_linked_one_that_is_linked_itself_counts_once(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    pool = write_pictures(tmp_path / "pool", classes=2, series=1)
    (root / "first").symlink_to(pool / "class0")
    (root / "second").symlink_to(pool)
    dataset = open_folder(root)
    assert dataset.classes == ["class0", "class1", "first", "second"]
    assert np.bincount(dataset.labels).tolist() == [8, 8, 8, 8]


def test_a_link_to_nothing_is_told_of_when_it_is_read(tmp_path: Path) -> None:
    root = write_pictures(tmp_path / "all", classes=2)
    (root / "class0" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    dataset = open_folder(root)
    with pytest.raises(FileNotFoundError):
        dataset.read(dataset.identities.index("class0/gone.png"))


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_folders_of_splits_are_taken_as_such(tmp_path: Path, name: str) -> None:
    write_pictures(tmp_path / "train", each=5)
    write_pictures(tmp_path / name, each=2)
    write_pictures(tmp_path / "test", each=3)
    sources = open_request(tmp_path)
    assert [len(dataset.labels) for dataset in sources.given()] == [15, 6, 9]
    assert sources.train.classes == ["class0", "class1", "class2"]
    assert next(iter(sources.train.identities or [])) == "class0/0.png"
    assert f"taken as such: test, train, {name}" in sources.warnings[0]


def test_without_a_test_folder_the_test_is_split_off(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train")
    write_pictures(tmp_path / "val")
    sources = open_request(tmp_path)
    assert sources.test is None
    assert sources.validation is not None


def test_what_is_named_stands_over_the_folders_of_splits(tmp_path: Path) -> None:
    write_pictures(tmp_path / "data" / "train")
    write_pictures(tmp_path / "data" / "val")
    mine = write_pictures(tmp_path / "mine", each=2)
    sources = open_request(tmp_path / "data", validation=str(mine))
    assert sources.validation is not None
    assert sources.validation.source == str(mine)
    assert any(warning.endswith("val is not used.") for warning in sources.warnings)


def test_a_class_that_is_called_train_is_a_class_among_others(tmp_path: Path) -> None:
    write_classes(tmp_path / "classes", "train", "plane")
    sources = open_request(tmp_path / "classes")
    assert sources.train.classes == ["plane", "train"]
    assert sources.warnings == []


def test_a_folder_of_comparisons_is_neither_a_class_nor_in_the_way_of_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_classes(tmp_path / split, "cat", "dog")
    write_comparison(tmp_path / "runs")
    sources = open_request(tmp_path)
    assert sources.train.classes == ["cat", "dog"]
    assert sources.test is not None
    write_comparison(tmp_path / "train" / "runs")
    dataset = open_folder(tmp_path / "train")
    assert dataset.classes == ["cat", "dog"]
    assert len(dataset.labels) == 2
    assert dataset.warnings == [f"{tmp_path}/train/runs holds comparisons, so it is no class."]


def test_a_project_s_packages_are_no_class_though_they_have_pictures(tmp_path: Path) -> None:
    write_classes(tmp_path, "cat", "dog", "node_modules")
    dataset = open_folder(tmp_path)
    assert dataset.classes == ["cat", "dog"]
    assert dataset.warnings == [f"{tmp_path}/node_modules holds packages, so it is no class."]


def test_a_folder_without_images_is_not_in_the_way_of_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_classes(tmp_path / split, "cat", "dog")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "labels.txt").write_text("cat dog")
    assert open_request(tmp_path).train.classes == ["cat", "dog"]


@pytest.mark.parametrize("splits", [["train", "test"], ["train"], ["Test"]])
def test_splits_beside_another_folder_of_images_are_refused_as_classes(tmp_path: Path, splits: list[str]) -> None:
    for split in splits:
        write_classes(tmp_path / split, "cat", "dog")
    write_classes(tmp_path, "figures")
    with pytest.raises(TwintuneError, match="would be a class beside figures") as caught:
        open_request(tmp_path)
    assert caught.value.code == "DATASET_INVALID"
    assert f"dataset.train: {tmp_path}/" in (caught.value.hint or "")


def test_validation_images_may_be_given_apart(tmp_path: Path) -> None:
    train, validation = write_pictures(tmp_path / "a"), write_pictures(tmp_path / "b", each=2)
    sources = open_request(train, validation=str(validation))
    assert sources.validation is not None
    assert len(sources.validation.labels) == 6


def test_a_folder_that_can_not_be_listed_is_named(tmp_path: Path, monkeypatch) -> None:
    root = write_pictures(tmp_path / "all")

    def refuse(path, scandir=os.scandir):
        if str(path).endswith("class1"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    # The mode of a folder stops no superuser.
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(TwintuneError, match="class1 can't be listed: Permission denied"):
        open_folder(root)
