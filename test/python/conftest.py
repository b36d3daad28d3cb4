"""Shared fixtures: tiny pictures, and complete requests over them."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from pictures import write_pictures
from twintune import protocol

ADAM = {
    "name": "adam",
    "learningRate": 1e-3,
    "beta1": 0.9,
    "beta2": 0.999,
    "epsilon": 1e-8,
    "weightDecay": 0.0,
    "decayNormAndBias": False,
}
DATASET_FIELDS = {
    "validation_fraction": 0.2,
    "test_fraction": 0.2,
    "image_size": 32,
    "resize": "squash",
    "on_corrupt": "fail",
    "cache_decoded": "none",
}
"""The fields that every source of a data set has, by the names of `twintune.protocol`."""
BACKBONE = "mobilenetv3_small_050"
"""A backbone with BatchNorm and an activation with kinks, and so few parameters that a step in float64 takes 0.1 s."""
RESNET = {
    "backbone": "resnet18",
    "weights": {"kind": "random"},
    "head": {"hidden": [16], "activation": "relu", "dropout": 0.0},
}
"""A model with few layers, which TensorFlow traces sooner than the narrow one; five stages, 512 features."""
MOSTLY_PYTORCH = ["pytorch", pytest.param("tensorflow", marks=pytest.mark.slow)]
"""The frameworks for a test of what the loop and the loader share: Keras takes seconds for each beginning."""
IDIOMATIC_BACKBONES = {"tensorflow": "vgg16", "pytorch": "mobilenet_v2"}
"""The libraries' own models that are built soonest: Keras traces each layer, PyTorch draws each weight."""
PHASE = {
    "epochs": 1,
    "trainable": "head",
    "batchNorm": "inference",
    "backboneLearningRateScale": 1.0,
    "layerwiseDecay": 1.0,
    "optimizer": ADAM,
    "schedule": {"name": "constant", "warmupEpochs": 0},
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the slow tests out unless they are asked for."""
    if os.environ.get("TWINTUNE_SLOW_TESTS"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`train/` and `test/` with three classes each."""
    root = tmp_path_factory.mktemp("pictures")
    write_pictures(root / "train", each=12)
    write_pictures(root / "test", each=4, series=1)
    return root


@pytest.fixture(scope="session")
def frameworks() -> None:
    """Imports both frameworks and sets them up as a worker does."""
    from twintune.engines import import_framework

    import_framework("tensorflow")
    import_framework("pytorch")

    from twintune.engines.tensorflow.replicas import make_logical_cpus

    # A later test's replicas need them, and no test before it may start TensorFlow's runtime without.
    make_logical_cpus(2)


@pytest.fixture(scope="module")
def one_thread(frameworks: None) -> Iterator[None]:
    """Two threads wait for each other longer than they compute on maps of a few pixels."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the whole session."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def make_request(
    make_request_in: Callable[..., protocol.RunRequest], tmp_path: Path
) -> Callable[..., protocol.RunRequest]:
    """Makes a complete request on the pictures, of a run in the test's own folder (see `make_request_in`)."""
    return functools.partial(make_request_in, tmp_path)


@pytest.fixture(scope="session")
def make_request_in(pictures: Path, cache: Path) -> Callable[..., protocol.RunRequest]:
    """A function that makes a complete request of a run on the pictures; keyword arguments replace its fields.

    The fields of `dataset`, `augmentation`, `training` and `seeds` are replaced one by one.
    """

    def make(folder: Path, framework: str, **changes) -> protocol.RunRequest:
        raw = {
            "twintune": "0.1.0",
            "framework": framework,
            "seed": 0,
            "seeds": {"init": 0, "order": 0, "augmentation": 0, "split": None},
            "mode": "aligned",
            "dataset": {
                "source": "imagefolder",
                "train": str(pictures / "train"),
                "test": str(pictures / "test"),
                "validationFraction": 0.2,
                "testFraction": 0.2,
                "imageSize": 33,
                "resize": "squash",
                "onCorrupt": "fail",
                "cacheDecoded": "auto",
            },
            "augmentation": {"horizontalFlip": 0, "verticalFlip": 0, "rotation": 0, "mixup": 0, "cutmix": 0},
            "model": {
                "backbone": BACKBONE,
                "weights": {"kind": "random"},
                "head": {"hidden": [16], "activation": "relu", "dropout": 0.0},
            },
            "training": {
                "batchSize": 8,
                "sampler": "shuffled",
                "gradientAccumulation": 1,
                "labelSmoothing": 0,
                "classWeights": "none",
                "precision": "float32",
                "compile": False,
                "phases": [PHASE],
                "checkpoints": {"everyEpochs": 1, "keep": 0},
            },
            "device": "cpu",
            "deterministic": False,
            "profile": False,
            "keepSteps": "none",
            "keepModel": True,
            "shorten": None,
            "resume": False,
            "runDirectory": str(folder / f"{framework}-seed0"),
            "cacheDirectory": str(cache),
            # The content of a shared cache would depend on the tests before.
            "featureCache": False,
            "featureCacheBytes": 1 << 30,
            "torchPython": sys.executable,
        }
        for section in ("dataset", "augmentation", "training", "seeds"):
            raw[section] |= changes.pop(section, {})
        return msgspec.convert({**raw, **changes}, protocol.RunRequest)

    return make


@pytest.fixture
def request_of(make_request) -> Callable[..., protocol.RunRequest]:
    """Makes a float64 request of resnet18 with random weights, whose training has the fields given."""

    def make(framework: str, dropout: float = 0.0, **training) -> protocol.RunRequest:
        head = {"hidden": [8], "activation": "relu", "dropout": dropout}
        model = {"backbone": "resnet18", "weights": {"kind": "random"}, "head": head}
        return make_request(framework, model=model, training={"precision": "float64", **training})

    return make
