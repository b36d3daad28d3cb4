"""The generated images cost what photographs cost."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from bench import images
from bench.images import CLASSES, HEIGHT, JPEG_QUALITY, WIDTH, make_image, prepare_material, read_images


def test_an_image_takes_as_many_bytes_as_a_photograph_of_its_size() -> None:
    image = make_image(np.random.default_rng(0))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY)
    assert image.size == (WIDTH, HEIGHT)
    # The files of ImageNet's training set have 108 kB on average.
    assert 50_000 < file.tell() < 150_000


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(images.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(images, "BACKBONE", "mobilenetv3_small_050")
    monkeypatch.setattr(images, "WIDTH", 50)
    monkeypatch.setattr(images, "HEIGHT", 40)
    return tmp_path


def test_a_sixteenth_of_the_images_is_for_the_test(temporary: Path) -> None:
    material = prepare_material(160)
    assert len(list(material.train.glob("*/*.jpg"))) == 150
    assert len(list(material.test.glob("*/*.jpg"))) == 10
    assert material.weights.is_file()


def test_what_is_there_is_not_generated_again(temporary: Path) -> None:
    first = prepare_material(16)
    times = {file: file.stat().st_mtime_ns for file in first.train.glob("*/*.jpg")}
    assert prepare_material(16) == first
    assert {file: file.stat().st_mtime_ns for file in first.train.glob("*/*.jpg")} == times


def test_a_plain_script_reads_them_with_their_classes(temporary: Path) -> None:
    pixels, labels = read_images(prepare_material(16).test, size=20)
    assert pixels.shape == (8, 20, 20, 3)
    assert pixels.dtype == np.uint8
    assert labels.tolist() == list(range(CLASSES))
