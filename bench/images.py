"""The images and weights of the benchmarks: generated once, no real pictures, but as costly to read as photographs."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = 8
WIDTH, HEIGHT = 500, 375
JPEG_QUALITY = 92
_OCTAVES = (4, 8, 16, 32, 64, 128, 256)
"""The number of cells along a side of each layer of noise."""
BACKBONE = "resnet50"


@dataclass(frozen=True)
class Material:
    """The material of a benchmark: images and weights."""

    train: Path
    """The folder of the training images, with one folder for each class."""
    test: Path
    weights: Path
    """A safetensors file of the backbone's random weights, by timm's names, which torchvision has too."""


def prepare_material(images: int) -> Material:
    """Generates images and weights into the machine's temporary folder, unless they are there.

    Args:
        images: The number of images in all. A sixteenth of them, and at least one for each class, are for the test that
            twintune always makes and the listings don't have.
    """
    folder = Path(tempfile.gettempdir(), "twintune-bench")
    folder.mkdir(exist_ok=True)
    test = max(images // 16, CLASSES)
    generated = folder / f"{images - test}-and-{test}-images"
    if not generated.exists():
        _generate(generated, {"train": images - test, "test": test})
    weights = folder / f"{BACKBONE}.safetensors"
    if not weights.exists():
        from twintune.model.tensor_files import save_atomically
        from twintune.model.weights import random_tensors

        save_atomically(random_tensors(BACKBONE, seed=0), weights)
    return Material(generated / "train", generated / "test", weights)


def read_images(folder: Path, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Reads a folder of classes as a plain script does.

    Returns:
        Images in uint8 of shape [images, size, size, 3], and labels in int64 of shape [images].
    """
    images, labels = [], []
    for label, name in enumerate(sorted(os.listdir(folder))):
        for file in sorted((folder / name).iterdir()):
            with Image.open(file) as image:
                images.append(np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR)))
            labels.append(label)
    return np.stack(images), np.array(labels)


def make_image(draw: np.random.Generator) -> Image.Image:
    """Draws a picture whose detail falls off with its frequency, as a photograph's does."""
    total = np.zeros((HEIGHT, WIDTH, 3))
    for cells in _OCTAVES:
        noise = draw.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        layer = Image.fromarray(noise).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        total += (np.asarray(layer) - 127.5) * 2 / np.sqrt(cells)
    return Image.fromarray(np.clip(127.5 + total, 0, 255).astype(np.uint8))


def _generate(folder: Path, counts: dict[str, int]) -> None:
    """Writes JPEG files into one folder for each class; they get to their place only when all are written."""
    draw = np.random.default_rng(0)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent))
    for split, count in counts.items():
        for label in range(CLASSES):
            (temporary / split / f"class-{label}").mkdir(parents=True)
        for number in range(count):
            file = temporary / split / f"class-{number % CLASSES}" / f"{number:05}.jpg"
            make_image(draw).save(file, quality=JPEG_QUALITY)
    if folder.exists():
        shutil.rmtree(temporary)
    else:
        temporary.rename(folder)
