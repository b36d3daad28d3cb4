"""Loaders of the pictures, and what tests hold their batches against."""

from __future__ import annotations

from pathlib import Path

from augmentations import augmentation
from conftest import DATASET_FIELDS
from twintune.backbones import Preprocessing
from twintune.data.dataset import Split
from twintune.data.loader import SharedLoader
from twintune.data.splits import open_splits
from twintune.digests import ChainedDigest
from twintune.protocol import ImageFolder, Resize, RunSeeds, Sampler

PREPROCESSING = Preprocessing(mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3), interpolation="bilinear")


def training_split(pictures: Path, train: Path | None = None) -> Split:
    request = ImageFolder(
        train=str(train or pictures / "train"),
        test=str(pictures / "test"),
        **{**DATASET_FIELDS, "validation_fraction": 0.0},
    )
    return open_splits(request, None, str(pictures / "cache"), lambda done, total: None).train


def loader(
    seed: int = 0, resize: Resize = "squash", sampler: Sampler = "shuffled", size: int = 32, **wanted
) -> SharedLoader:
    seeds = RunSeeds(init=seed, order=seed, augmentation=seed, split=None)
    return SharedLoader(seeds, 8, size, PREPROCESSING, "float32", augmentation(**wanted), resize, sampler)


def digest(batches) -> str:
    chain = ChainedDigest()
    for batch in batches:
        chain.add(batch.inputs)
    return chain.hexdigest()
