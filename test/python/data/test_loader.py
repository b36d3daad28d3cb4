"""Batches: the same in every process, whatever the threads."""

# Holds the options training.batchSize, dataset.imageSize

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from augmentations import OF_IMAGES
from loaders import PREPROCESSING, digest, loader, training_split
from PIL import Image
from twintune.data.dataset import Split
from twintune.data.preprocessing import normalize, resize
from twintune.data.sampling import training_order
from twintune.errors import TwintuneError


@pytest.fixture
def split(pictures: Path) -> Split:
    return training_split(pictures)


def test_the_short_last_batch_is_there(split) -> None:
    assert [len(batch) for batch in loader().ordered_batches(split)] == [8, 8, 8, 8, 4]


def test_every_image_is_seen_once_an_epoch_with_its_label(split) -> None:
    batches = list(loader().training_batches(split, 0))
    positions = np.concatenate([batch.positions for batch in batches])
    assert sorted(positions) == list(range(len(split)))
    assert np.array_equal(np.concatenate([batch.labels for batch in batches]), split.labels[positions])


def test_the_order_is_of_seed_and_epoch(split) -> None:
    assert digest(loader().training_batches(split, 0)) == digest(loader().training_batches(split, 0))
    assert digest(loader().training_batches(split, 0)) != digest(loader().training_batches(split, 1))
    assert digest(loader().training_batches(split, 0)) != digest(loader(1).training_batches(split, 0))
    assert not np.array_equal(training_order(50, 0, 0), training_order(50, 0, 1))


def test_an_epoch_that_is_entered_within_goes_on_with_the_same_batches(split) -> None:
    whole = list(loader().training_batches(split, 3))
    rest = list(loader().training_batches(split, 3, start_step=2))
    assert len(rest) == len(whole) - 2
    for entered, expected in zip(rest, whole[2:], strict=True):
        assert np.array_equal(entered.positions, expected.positions)
        assert np.array_equal(entered.inputs, expected.inputs)
        assert np.array_equal(entered.labels, expected.labels)


@pytest.mark.parametrize("wanted", [{}, OF_IMAGES], ids=["plain", "augmented"])
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_threads_do_not_change_a_bit(split, monkeypatch, threads: int, wanted: dict) -> None:
    expected = digest(loader(**wanted).training_batches(split, 0))
    monkeypatch.setattr("twintune.data.loader.available_cores", lambda: threads)
    assert digest(loader(**wanted).training_batches(split, 0)) == expected


def test_another_process_augments_alike_without_importing_a_framework(split, pictures: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from augmentations import OF_IMAGES; from loaders import digest, loader, training_split\n"
        f"split = training_split(Path({str(pictures)!r}))\n"
        "print(digest(loader(**OF_IMAGES).training_batches(split, 0)))\n"
        "print(sorted({'torch', 'torchvision', 'tensorflow', 'keras'} & set(sys.modules)))\n"
    )
    here = Path(__file__).parent
    path = os.pathsep.join(map(str, (here, here.parent, here.parents[2] / "python")))
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.stdout.split("\n")[:2] == [digest(loader(**OF_IMAGES).training_batches(split, 0)), "[]"], done.stderr


def views(split: Split, seed: int = 0, epoch: int = 0) -> dict[str, np.ndarray]:
    """The training images as an epoch sees them, by identity."""
    augmenting = loader(seed, **OF_IMAGES)
    return {
        split.identity(position): augmenting.training_view(split, position, epoch) for position in range(len(split))
    }


def test_an_image_is_augmented_by_seed_epoch_and_identity(split) -> None:
    first = views(split)
    for others in (views(split, seed=1), views(split, epoch=1)):
        assert not any(np.array_equal(first[identity], others[identity]) for identity in first)


def test_an_added_file_changes_no_other_image_s_augmentation(split, pictures: Path, tmp_path: Path) -> None:
    more = shutil.copytree(pictures / "train", tmp_path / "train")
    shutil.copy(more / "class0" / "0.png", more / "class0" / "00.png")
    before, after = views(split), views(training_split(pictures, more))
    assert after.keys() - before.keys() == {"class0/00.png"}
    for identity, view in before.items():
        assert np.array_equal(after[identity], view)


def test_only_training_batches_are_augmented(split) -> None:
    plain, augmenting = loader(), loader(**OF_IMAGES)
    assert digest(augmenting.ordered_batches(split)) == digest(plain.ordered_batches(split))
    assert digest(augmenting.training_batches(split, 0)) != digest(plain.training_batches(split, 0))
    assert np.array_equal(plain.training_view(split, 3, 0), plain.evaluation_view(split, 3))


def test_an_image_that_goes_bad_is_named_through_the_threads(pictures: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pictures / "train", tmp_path / "train")
    train = training_split(pictures, copy)
    (copy / "class2" / "5.png").write_bytes(b"not a picture")
    with pytest.raises(TwintuneError, match=r"class2/5\.png") as caught:
        list(loader().ordered_batches(train))
    assert caught.value.code == "IMAGE_CORRUPT"
    (copy / "class2" / "5.png").unlink()
    with pytest.raises(TwintuneError, match=r"class2/5\.png can't be decoded: there is no such file"):
        list(loader().ordered_batches(train))


def test_resizing_antialiases() -> None:
    # Stripes a pixel wide vanish in a quarter of the size; without antialiasing they alias to black or white.
    stripes = np.tile(np.array([0, 255], np.uint8), (128, 64))[..., None].repeat(3, axis=2)
    small = np.asarray(resize(Image.fromarray(stripes), 32, "bilinear"))
    assert small.shape == (32, 32, 3)
    assert np.abs(small[4:-4, 4:-4].astype(int) - 127).max() <= 2


def test_normalising_subtracts_the_mean_and_divides_by_the_deviation() -> None:
    pixels = np.array([[[0, 255, 51]]], np.uint8)
    expected = [(0 - 0.5) / 0.2, (1 - 0.4) / 0.25, (0.2 - 0.3) / 0.3]
    assert normalize(pixels, PREPROCESSING, "float64")[0, 0] == pytest.approx(expected, rel=1e-12)


# Holds the option augmentation.views
def test_epochs_take_fixed_views_in_turn(split) -> None:
    fixed, endless = loader(**OF_IMAGES, views=2), loader(**OF_IMAGES)
    for epoch in range(4):
        view = fixed.training_view(split, 5, epoch)
        assert np.array_equal(view, endless.training_view(split, 5, epoch % 2))
    (first, *_), (second, *_) = (fixed.view_batches(split, view) for view in range(2))
    assert np.array_equal(first.inputs[5], fixed.training_view(split, 5, 0))
    assert np.array_equal(second.inputs[5], fixed.training_view(split, 5, 1))
    assert fixed.describe_augmentation() == f"{endless.describe_augmentation()}, 2 views in turn"
