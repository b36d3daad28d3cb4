"""Images that can't be decoded, and images that are in two splits, as a user hears of them."""

# Holds the option dataset.onCorrupt

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from twintune.data.dataset import Splits
from twintune.data.duplicates import ContentIdentities, find_duplicates
from twintune.data.problems import save_skipped
from twintune.data.splits import open_splits
from twintune.errors import TwintuneError, to_failure
from twintune.protocol import Csv, ImageFolder, Parquet


@pytest.fixture
def split(cache: Path) -> Callable[..., Splits]:
    def run(train: Path, **changes) -> Splits:
        return open_splits(
            ImageFolder(train=str(train), **{**DATASET_FIELDS, **changes}), None, str(cache), lambda done, total: None
        )

    return run


def corrupt(root: Path, count: int) -> list[Path]:
    files = sorted(root.rglob("*.png"))[:count]
    for file in files:
        file.write_bytes(b"not a picture")
    return files


def test_one_image_that_can_not_be_decoded_is_the_failure(tmp_path: Path, split) -> None:
    (file,) = corrupt(write_pictures(tmp_path / "all", each=20), 1)
    with pytest.raises(TwintuneError) as caught:
        split(tmp_path / "all")
    assert caught.value.code == "IMAGE_CORRUPT"
    assert (
        caught.value.message
        == f"{file} can't be decoded: its content is no AVIF, BMP, GIF, JPEG, PNG, PPM, TIFF or WEBP image."
    )
    assert "dataset.onCorrupt=skip" in (caught.value.hint or "")


def test_all_images_that_can_not_be_decoded_are_in_one_failure(tmp_path: Path, split) -> None:
    files = corrupt(write_pictures(tmp_path / "all", each=20), 25)
    with pytest.raises(TwintuneError) as caught:
        split(tmp_path / "all")
    failure = to_failure(caught.value)
    assert failure["message"].startswith(f"25 images of {tmp_path / 'all'} can't be decoded: {files[0]}: its")
    assert failure["message"].endswith("and 5 more.")
    assert all(str(file) in failure["cause"]["message"] for file in files)
    # The command shows the first line of a cause unless the message has said it.
    assert failure["cause"]["message"].splitlines()[0] in failure["message"]


def test_a_file_that_a_csv_lists_and_that_is_not_there_is_told_of_like_the_others(tmp_path: Path, cache: Path) -> None:
    files = sorted(write_pictures(tmp_path / "p", each=20).rglob("*.png"))
    rows = [f"{file.relative_to(tmp_path)},{file.parent.name}" for file in files]
    (tmp_path / "a.csv").write_text("\n".join(["path,label", *rows, "p/gone.png,class0", "p/lost.png,class1"]))
    request = Csv(
        train=str(tmp_path / "a.csv"),
        **DATASET_FIELDS,
        path_column="path",
        label_column="label",
    )
    with pytest.raises(TwintuneError) as caught:
        open_splits(request, None, str(cache), lambda done, total: None)
    assert caught.value.code == "IMAGE_CORRUPT"
    for name in ("gone.png", "lost.png"):
        assert f"{tmp_path / 'p' / name}: there is no such file" in caught.value.message


def test_test_and_validation_images_are_checked_too(tmp_path: Path, split) -> None:
    train, other = write_pictures(tmp_path / "a", each=20), write_pictures(tmp_path / "b", series=1)
    (file,) = corrupt(other, 1)
    for field in ("test", "validation"):
        with pytest.raises(TwintuneError, match=str(file)):
            split(train, **{field: str(other)})


def test_skipped_images_are_in_no_split_and_move_no_other(tmp_path: Path, split) -> None:
    root = write_pictures(tmp_path / "all", each=20)
    before = split(root)
    files = corrupt(root, 3)
    after = split(root, on_corrupt="skip")
    places = {}
    for name, images in before.named().items():
        places |= {images.identity(position): name for position in range(len(images))}
    kept = {}
    for name, images in after.named().items():
        kept |= {images.identity(position): name for position in range(len(images))}
    lost = {file.relative_to(root).as_posix() for file in files}
    assert kept == {identity: name for identity, name in places.items() if identity not in lost}
    assert [image.place for image in after.skipped] == [str(file) for file in files]
    (warning,) = [warning for warning in after.warnings if "left out" in warning]
    assert all(str(file) in warning for file in files)


def test_skipped_images_are_listed_in_the_run_s_folder(tmp_path: Path, split) -> None:
    files = corrupt(write_pictures(tmp_path / "all", each=20), 30)
    save_skipped(split(tmp_path / "all", on_corrupt="skip").skipped, tmp_path / "run")
    lines = (tmp_path / "run" / "skipped-images.txt").read_text().splitlines()
    assert lines == [f"{file}: its content is no AVIF, BMP, GIF, JPEG, PNG, PPM, TIFF or WEBP image" for file in files]


def test_a_class_that_loses_all_its_images_is_told_of(tmp_path: Path, split) -> None:
    corrupt(write_pictures(tmp_path / "all", each=20), 20)
    warnings = split(tmp_path / "all", on_corrupt="skip").warnings
    assert any("The train split has no image of 'class0'." in warning for warning in warnings)


def test_the_same_image_in_two_splits_is_told_of(tmp_path: Path, split) -> None:
    train, test = write_pictures(tmp_path / "a", each=20), write_pictures(tmp_path / "b", series=1)
    shutil.copy(train / "class1" / "7.png", test / "class1" / "copy.png")
    (warning,) = [warning for warning in split(train, test=str(test), validation_fraction=0.0).warnings]
    assert warning.startswith("1 image is in more than one split, byte for byte:")
    assert f"{train / 'class1' / '7.png'} (train) = {test / 'class1' / 'copy.png'} (test)" in warning


def test_many_doubles_are_counted_and_the_first_named(tmp_path: Path, split) -> None:
    train = write_pictures(tmp_path / "a", each=20)
    test = shutil.copytree(train, tmp_path / "b")
    (warning,) = [warning for warning in split(train, test=str(test), validation_fraction=0.0).warnings]
    assert warning.startswith("60 images are in more than one split")
    assert "and 57 more" in warning


def test_doubles_within_a_split_are_no_reason_to_worry(tmp_path: Path, split) -> None:
    train, test = write_pictures(tmp_path / "a", each=20), write_pictures(tmp_path / "b", series=1)
    shutil.copy(train / "class1" / "7.png", train / "class1" / "copy.png")
    assert split(train, test=str(test), validation_fraction=0.0).warnings == []


def test_equal_images_are_grouped() -> None:
    digests = np.random.default_rng(0).integers(0, 256, (1000, 32), dtype=np.uint8)
    digests[700] = digests[3]
    digests[900] = digests[3]
    digests[10] = digests[9]
    assert [group.tolist() for group in find_duplicates(digests)] == [[3, 700, 900], [9, 10]]
    assert find_duplicates(digests[:0]) == []


def test_images_without_a_name_are_known_by_their_content_and_told_apart(tmp_path: Path, cache: Path) -> None:
    pictures = [file.read_bytes() for file in sorted(write_pictures(tmp_path / "p", each=20).rglob("*.png"))]
    table = pyarrow.table({"image": [*pictures, pictures[0]], "label": [n % 2 for n in range(61)]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    request = Parquet(
        train=str(tmp_path / "a.parquet"),
        validation_fraction=0.2,
        test_fraction=0.2,
        image_size=32,
        on_corrupt="fail",
        resize="squash",
        cache_decoded="none",
        image_column="image",
        label_column="label",
    )
    splits = open_splits(request, None, str(cache), lambda done, total: None)
    identities = [s.identity(position) for s in splits.named().values() for position in range(len(s))]
    assert len(identities) == len(set(identities)) == 61
    assert sum("#1" in identity for identity in identities) == 1


def test_content_identities_number_equal_images() -> None:
    digests = np.zeros((3, 32), np.uint8)
    digests[1] = 255
    assert list(ContentIdentities(digests)) == ["00" * 32, "ff" * 32, f"{'00' * 32}#1"]
