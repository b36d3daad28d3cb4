"""Shared fixtures: tiny pictures, and complete requests over them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from twintune import protocol

ADAM = {
    "name": "adam",
    "learningRate": 1e-3,
    "beta1": 0.9,
    "beta2": 0.999,
    "epsilon": 1e-8,
    "weightDecay": 0.0,
}
PHASE = {
    "epochs": 1,
    "trainable": "head",
    "optimizer": ADAM,
    "schedule": {"name": "constant", "warmupEpochs": 0},
}


def write_pictures(folder: Path, classes: int = 3, each: int = 8, size: int = 40) -> Path:
    """Writes noisy squares, a brightness a class, into a folder a class."""
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for number in range(each):
            draw = np.random.default_rng([label, number])
            pixels = draw.normal(60 + 70 * label, 20, (size, size, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"class{label}" / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`train/` and `test/` with three classes each."""
    root = tmp_path_factory.mktemp("pictures")
    write_pictures(root / "train", each=12)
    write_pictures(root / "test", each=4)
    return root


@pytest.fixture(scope="session")
def frameworks() -> None:
    """Both frameworks, imported and set up as a worker does it."""
    from twintune.engines import import_framework

    import_framework("tensorflow")
    import_framework("pytorch")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the whole session."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def make_request(pictures: Path, cache: Path, tmp_path: Path) -> Callable[..., protocol.RunRequest]:
    """Makes a complete request on the pictures; keyword arguments replace its fields."""

    def make(framework: str, **changes) -> protocol.RunRequest:
        raw = {
            "framework": framework,
            "seed": 0,
            "mode": "aligned",
            "dataset": {
                "source": "imagefolder",
                "train": str(pictures / "train"),
                "test": str(pictures / "test"),
                "validationFraction": 0.2,
                "testFraction": 0.2,
                "imageSize": 33,
            },
            "model": {
                "backbone": "resnet18",
                "weights": {"kind": "random"},
                "head": {"hidden": [16], "activation": "relu", "dropout": 0.0},
            },
            "batchSize": 8,
            "precision": "float32",
            "phases": [PHASE],
            "device": "cpu",
            "deterministic": False,
            "runDirectory": str(tmp_path / f"{framework}-seed0"),
            "cacheDirectory": str(cache),
            "torchPython": sys.executable,
        }
        return msgspec.convert({**raw, **changes}, protocol.RunRequest)

    return make
