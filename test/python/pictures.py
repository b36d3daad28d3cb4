"""Tiny pictures to train on, for the tests of both languages: `python pictures.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image


def write_pictures(folder: Path, classes: int = 3, each: int = 8, size: int = 40) -> Path:
    """Writes noisy squares, a brightness a class, into a folder a class."""
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for number in range(each):
            draw = np.random.default_rng([label, number])
            pixels = draw.normal(60 + 70 * label, 20, (size, size, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"class{label}" / f"{number}.png")
    return folder


if __name__ == "__main__":
    root = Path(sys.argv[1])
    write_pictures(root / "train", each=16)
    write_pictures(root / "test", each=4)
