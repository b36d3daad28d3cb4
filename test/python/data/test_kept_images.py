"""Images are decoded once where a run passes over them again, and their pixels are the same."""

# Holds the option dataset.cacheDecoded

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from augmentations import OF_IMAGES, augmentation
from conftest import PHASE
from twintune.backbones import Preprocessing
from twintune.data.dataset import ImageDataset, Split, Splits
from twintune.data.kept_images import KeptInFile, KeptInMemory, KeptSplit, Room
from twintune.data.loader import SharedLoader
from twintune.data.splits import open_splits
from twintune.digests import ChainedDigest
from twintune.protocol import Resize, RunRequest, RunSeeds
from twintune.training.keep_decoded import keep_decoded

PREPROCESSING = Preprocessing(mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3), interpolation="bilinear")
UNCROPPED = {name: value for name, value in OF_IMAGES.items() if name != "randomResizedCrop"}
FEATURES = {**PHASE, "epochs": 10}
PIXELS = {**PHASE, "trainable": "all", "batchNorm": "train", "epochs": 2}


class CountingDataset:
    """A data set that counts how often each image is read."""

    def __init__(self, dataset: ImageDataset) -> None:
        self._dataset = dataset
        self.labels = dataset.labels
        self.identities = dataset.identities
        self.reads: Counter[int] = Counter()
        self._lock = threading.Lock()

    def read(self, index: int) -> bytes:
        with self._lock:
            self.reads[index] += 1
        return self._dataset.read(index)


def digests_of_epochs(split: Split, wanted: dict, epochs: int = 3, resize: Resize = "squash") -> list[str]:
    seeds = RunSeeds(init=0, order=0, augmentation=0, split=None)
    loader = SharedLoader(seeds, 8, 32, PREPROCESSING, "float32", augmentation(**wanted), resize, "shuffled")
    digests = []
    for epoch in range(epochs):
        chain = ChainedDigest()
        for batch in [*loader.training_batches(split, epoch), *loader.ordered_batches(split)]:
            chain.add(batch.inputs)
        digests.append(chain.hexdigest())
    return digests


def opened(request: RunRequest) -> Splits:
    return open_splits(request.dataset, None, request.cache_directory, lambda done, total: None)


@pytest.fixture
def split(make_request) -> Split:
    return opened(make_request("pytorch")).train


@pytest.fixture
def counting(split: Split) -> CountingDataset:
    return CountingDataset(split.dataset)


@pytest.mark.parametrize("where", ["memory", "file"])
@pytest.mark.parametrize(
    ("wanted", "originals"),
    [
        ({}, False),
        (UNCROPPED, False),
        (OF_IMAGES, True),
    ],
    ids=["plain", "augmented", "cropped too"],
)
def test_kept_images_give_the_same_pixels_and_are_decoded_once(
    where: str, wanted: dict, originals: bool, split: Split, counting: CountingDataset, tmp_path: Path
) -> None:
    images = KeptInMemory(Room(10**9)) if where == "memory" else KeptInFile(len(split), tmp_path, Room(10**9))
    kept = KeptSplit(cast(ImageDataset, counting), split.indices, images, originals)
    assert digests_of_epochs(kept, wanted) == digests_of_epochs(split, wanted)
    assert set(counting.reads.values()) == {1}


def test_crops_are_kept_as_they_were_cut(split: Split, tmp_path: Path) -> None:
    kept = KeptSplit(split.dataset, split.indices, KeptInFile(len(split), tmp_path, Room(10**9)), originals=False)
    cropped = digests_of_epochs(kept, UNCROPPED, resize="crop")
    assert cropped == digests_of_epochs(split, UNCROPPED, resize="crop")
    assert cropped != digests_of_epochs(split, UNCROPPED)


def test_images_beyond_the_room_are_decoded_anew(split: Split, counting: CountingDataset, tmp_path: Path) -> None:
    room_for_five = Room(5 * 32 * 32 * 3)
    images = KeptInFile(len(split), tmp_path, room_for_five)
    kept = KeptSplit(cast(ImageDataset, counting), split.indices, images, originals=False)
    assert digests_of_epochs(kept, {}, epochs=2) == digests_of_epochs(split, {}, epochs=2)
    # Two epochs, each of training and of evaluation.
    assert Counter(counting.reads.values()) == {1: 5, 4: len(split) - 5}


def test_images_of_any_size_come_back_bit_for_bit(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    images = [draw.integers(0, 256, (height, width, 3), dtype=np.uint8) for height, width in [(1, 9), (40, 3), (7, 7)]]
    kept = KeptInFile(len(images), tmp_path, Room(10**6))
    for position in (2, 0, 1):
        kept.put(position, images[position])
    for position, image in enumerate(images):
        pixels = kept.get(position)
        assert pixels is not None
        assert np.array_equal(pixels, image)


def test_the_file_has_no_name_that_could_stay_behind(tmp_path: Path) -> None:
    kept = KeptInFile(1, tmp_path, Room(10**6))
    kept.put(0, np.zeros((4, 4, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "phases", "is_kept"),
    [
        ("auto", [PIXELS], True),
        ("memory", [PIXELS], True),
        ("none", [PIXELS], False),
        ("auto", [{**PIXELS, "epochs": 1}], False),
        ("auto", [FEATURES], False),
        ("auto", [FEATURES, PIXELS], True),
    ],
    ids=["auto", "memory", "none", "one epoch", "features", "features, then pixels"],
)
def test_images_are_kept_where_more_than_one_epoch_reads_them(
    where: str, phases: list[dict], is_kept: bool, make_request, cache: Path
) -> None:
    request = make_request("pytorch", training={"phases": phases}, dataset={"cacheDecoded": where})
    splits = keep_decoded(opened(request), request)
    assert isinstance(splits.train, KeptSplit) == is_kept
    assert not isinstance(splits.test, KeptSplit)
