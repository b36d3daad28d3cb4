"""The code beside an export, in Python and in JavaScript, gives the pixels that the training gave."""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from twintune.data.decoding import decode
from twintune.data.preprocessing import Resizing
from twintune.exporting import exporting
from twintune.exporting.configuration import tall_images

ROOT = Path(__file__).resolve().parents[3]
BESIDE = Path(exporting.__file__).parent / "beside"
SIZES = (33, 110, 150)
INTERPOLATIONS = ("bilinear", "bicubic")
MODES = ("squash", "crop")
CROP_FRACTION = 0.875


def _encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def images() -> dict[str, bytes]:
    generator = np.random.default_rng(0)
    blocks = np.kron(generator.integers(0, 256, (9, 12, 3)), np.ones((11, 10, 1))).astype(np.uint8)
    wide, tall = Image.fromarray(blocks), Image.fromarray(blocks.transpose(1, 0, 2).copy())
    rgba = Image.fromarray(np.dstack([blocks, generator.integers(0, 256, blocks.shape[:2]).astype(np.uint8)]))
    sixteen_bits = Image.fromarray(generator.integers(0, 2**16, (40, 50)).astype(np.uint16))
    turned = Image.Exif()
    turned[274] = 6
    return {
        "wide.png": _encoded(wide, "PNG"),
        "tall.png": _encoded(tall, "PNG"),
        "thin.png": _encoded(tall.resize((21, 121)), "PNG"),
        "strip.png": _encoded(wide.resize((200, 9)), "PNG"),
        "photo.jpg": _encoded(wide, "JPEG", quality=90),
        "turned.jpg": _encoded(wide, "JPEG", quality=90, exif=turned),
        "photo.webp": _encoded(wide, "WEBP", quality=80),
        "transparent.png": _encoded(rgba, "PNG"),
        "palette.png": _encoded(wide.convert("P"), "PNG"),
        "grey.png": _encoded(wide.convert("L"), "PNG"),
        "sixteen-bits.png": _encoded(sixteen_bits, "PNG"),
    }


def _preprocessing(size: int, library: str, interpolation: str, mode: str = "squash") -> dict:
    return {
        "resize": {
            "size": size,
            "mode": mode,
            "cropFraction": CROP_FRACTION if mode == "crop" else None,
            "library": library,
            "interpolation": interpolation,
            "tallImages": tall_images(),
        },
        "input": {"dtype": "float32"},
        "classes": [],
    }


def _trained_pixels(encoded: bytes, size: int, interpolation, mode: str) -> np.ndarray:
    resizing = Resizing(size, interpolation, CROP_FRACTION if mode == "crop" else None)
    return np.asarray(resizing(decode(encoded).image)).astype("float32")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("preprocess.py", "preprocess.mjs"):
        shutil.copyfile(BESIDE / name, tmp_path / name)
    (tmp_path / "preprocessing.json").write_text(json.dumps(_preprocessing(33, "Pillow", "bicubic")))
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


@pytest.fixture
def preprocess(folder: Path):
    spec = importlib.util.spec_from_file_location("preprocess", folder / "preprocess.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.preprocess


def test_python_gives_the_pixels_of_the_training(images, preprocess) -> None:
    for name, encoded in images.items():
        for size in SIZES:
            for interpolation in INTERPOLATIONS:
                for mode in MODES:
                    pixels = preprocess(encoded, _preprocessing(size, "Pillow", interpolation, mode))
                    expected = _trained_pixels(encoded, size, interpolation, mode)
                    assert np.array_equal(pixels, expected), (name, size, interpolation, mode)


@pytest.mark.usefixtures("frameworks")
def test_python_resizes_as_tensorflow(images, preprocess) -> None:
    tf = pytest.importorskip("tensorflow")
    for name, encoded in images.items():
        for size in SIZES:
            expected = tf.image.resize(np.asarray(decode(encoded).image), (size, size)).numpy()
            pixels = preprocess(encoded, _preprocessing(size, "TensorFlow", "bilinear"))
            assert np.array_equal(pixels, expected), (name, size)


WAYS = [
    *(("Pillow", interpolation, mode) for interpolation in INTERPOLATIONS for mode in MODES),
    ("TensorFlow", "bilinear", "squash"),
]
_PROGRAM = """
import { readFileSync, writeFileSync } from 'node:fs'
import { preprocess } from './preprocess.mjs'
for (const { name, file, preprocessing } of JSON.parse(readFileSync('work.json', 'utf8'))) {
  const { data } = await preprocess(readFileSync(name), preprocessing)
  writeFileSync(file, Buffer.from(data.buffer))
}
"""


def test_javascript_gives_the_pixels_of_the_training(images, preprocess, folder: Path) -> None:
    work = []
    for name, encoded in images.items():
        (folder / name).write_bytes(encoded)
        for size in SIZES:
            for library, interpolation, mode in WAYS:
                file = f"{name}-{size}-{library}-{interpolation}-{mode}.bin"
                preprocessing = _preprocessing(size, library, interpolation, mode)
                work.append({"name": name, "file": file, "preprocessing": preprocessing})
    (folder / "work.json").write_text(json.dumps(work))
    (folder / "program.mjs").write_text(_PROGRAM)
    subprocess.run(["node", "program.mjs"], cwd=folder, check=True)
    for each in work:
        pixels = np.frombuffer((folder / each["file"]).read_bytes(), np.float32)
        expected = preprocess(images[each["name"]], each["preprocessing"])
        assert np.array_equal(pixels, expected.ravel()), each["file"]
