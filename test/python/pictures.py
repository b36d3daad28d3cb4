"""Tiny pictures to train on, for the tests of both languages: `python pictures.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image


def write_pictures(folder: Path, classes: int = 3, each: int = 8, size: int = 40, series: int = 0) -> Path:
    """Writes noisy squares, a brightness a class, into a folder a class; another series has other noise."""
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for number in range(each):
            draw = np.random.default_rng([label, number, series])
            pixels = draw.normal(60 + 70 * label, 20, (size, size, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"class{label}" / f"{number}.png")
    return folder


def photograph(width: int = 48, height: int = 40) -> Image.Image:
    """Smooth colours with some noise: no two rows, columns or channels are alike."""
    draw = np.random.default_rng(5)
    y, x = np.mgrid[0:height, 0:width]
    channels = [120 + 90 * np.sin(x / (7 + 3 * c)) * np.cos(y / (5 + 2 * c)) for c in range(3)]
    noisy = np.stack(channels, axis=2) + draw.normal(0, 12, (height, width, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def numbers(image: Image.Image) -> np.ndarray:
    """The pixels, with a sign, so that they can be subtracted."""
    return np.asarray(image).astype(int)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    write_pictures(root / "train", each=16)
    write_pictures(root / "test", each=4, series=1)
