"""The contact sheet shows what is trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from augmentations import OF_IMAGES, augmentation
from loaders import PREPROCESSING, training_split
from PIL import Image
from twintune.data import contact_sheet
from twintune.data.contact_sheet import spread_over_classes, write_contact_sheet
from twintune.data.dataset import Split
from twintune.data.loader import SharedLoader
from twintune.data.mixing import Mixing
from twintune.data.preprocessing import denormalize, normalize
from twintune.protocol import RunSeeds

CLASSES = ["cat", "dog", "horse"]
NOT_MIXED = Mixing(0, 0, 0)


@pytest.fixture
def split(pictures: Path) -> Split:
    return training_split(pictures)


def loader(size: int = 224, **wanted) -> SharedLoader:
    seeds = RunSeeds(init=0, order=0, augmentation=0, split=None)
    return SharedLoader(seeds, 8, size, PREPROCESSING, "float32", augmentation(**wanted), "squash", "shuffled")


def tile(file: Path, row: int, column: int, size: int = 224) -> np.ndarray:
    """One picture of a sheet whose tiles have this size; margins are 8 pixels, captions 18."""
    left, top = 8 + column * (size + 8), 8 + row * (size + 18 + 8)
    return np.asarray(Image.open(file).convert("RGB"))[top : top + size, left : left + size]


def test_undoing_gives_every_colour_back() -> None:
    colours = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
    for dtype in ("float32", "float64"):
        assert np.array_equal(denormalize(normalize(colours, PREPROCESSING, dtype), PREPROCESSING), colours)
    assert np.array_equal(denormalize(np.array([-9.0, 0.0, 9.0]), PREPROCESSING), [0, 102, 255])


def test_the_sheet_shows_the_evaluation_s_view_and_those_of_the_first_epochs(split, tmp_path: Path) -> None:
    augmenting, file = loader(**OF_IMAGES), tmp_path / "sheet.png"
    write_contact_sheet(file, split, CLASSES, augmenting, NOT_MIXED, images=4, views=2)
    assert Image.open(file).format == "PNG"
    assert Image.open(file).size == (3 * 232 + 8, 4 * 250 + 8)
    for row, position in enumerate(spread_over_classes(split.labels, 4)):
        seen = [augmenting.evaluation_view(split, position)]
        seen += [augmenting.training_view(split, position, epoch) for epoch in (0, 1)]
        for column, numbers in enumerate(seen):
            assert np.array_equal(tile(file, row, column), denormalize(numbers, PREPROCESSING))


def test_mixed_batches_are_in_a_row_of_their_own_with_their_shares(split, tmp_path: Path, monkeypatch) -> None:
    captions: list[str] = []
    monkeypatch.setattr(contact_sheet, "_shortened", lambda caption, *_: captions.append(caption) or caption)
    file, mixing = tmp_path / "sheet.png", Mixing(0, 0, 1.0)
    write_contact_sheet(file, split, CLASSES, loader(), mixing, images=2, views=2)
    batch = next(loader().training_batches(split, 0))
    mixed, targets = mixing(batch.inputs, np.eye(3)[batch.labels], 0, 0)
    for column in range(3):
        assert np.array_equal(tile(file, 2, column), denormalize(mixed[column], PREPROCESSING))
    assert captions[:6] == ["cat", "epoch 1", "epoch 2", "dog", "epoch 1", "epoch 2"]
    for caption, target in zip(captions[6:], targets[:3], strict=True):
        shares = dict(part.rsplit(" ", 1) for part in caption.split(" + "))
        assert {CLASSES.index(name): float(share) for name, share in shares.items()} == pytest.approx(
            {label: share for label, share in enumerate(target) if share}, abs=0.005
        )


def test_images_are_of_every_class_in_turn() -> None:
    labels = np.array([0, 0, 0, 0, 2, 1, 1])
    assert spread_over_classes(labels, 5) == [0, 5, 4, 1, 6]
    assert spread_over_classes(labels, 99) == [0, 5, 4, 1, 6, 2, 3]


@pytest.mark.parametrize(("size", "shown"), [(32, 128), (97, 194), (300, 224)])
def test_small_images_are_enlarged_by_whole_pixels_and_large_ones_made_smaller(
    split, tmp_path: Path, size: int, shown: int
) -> None:
    file = tmp_path / "sheet.png"
    write_contact_sheet(file, split, CLASSES, loader(size), NOT_MIXED, images=1, views=1)
    assert Image.open(file).size == (2 * (shown + 8) + 8, shown + 18 + 16)


def test_long_and_foreign_class_names_fit_under_their_image(split, tmp_path: Path) -> None:
    names = ["Ünïcödé 猫", "a very long class name that would run into the next column of the sheet", ""]
    file = tmp_path / "sheet.png"
    write_contact_sheet(file, split, names, loader(), NOT_MIXED, images=3, views=1)
    sheet = np.asarray(Image.open(file).convert("RGB"))
    caption = sheet[2 * 8 + 224 + 18 + 224 : 2 * 8 + 2 * (224 + 18)]
    assert np.any(caption[:, 8:232] < 128)
    assert np.all(caption[:, 232:240] == 255)


def test_a_sheet_that_can_t_be_made_leaves_the_old_file(split, tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "sheet.png"
    file.write_bytes(b"old")

    def run_out_of_space(image: Image.Image, to: Path, format: str) -> None:
        to.write_bytes(b"half a sheet")
        raise OSError("no space")

    monkeypatch.setattr(Image.Image, "save", run_out_of_space)
    with pytest.raises(OSError, match="no space"):
        write_contact_sheet(file, split, CLASSES, loader(), NOT_MIXED, images=1, views=1)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
