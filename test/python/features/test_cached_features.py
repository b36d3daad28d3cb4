"""Features come back in the order of the shared loader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from loaders import loader, training_split
from twintune.data.dataset import Split
from twintune.features.cached_features import CachedFeatures

FEATURES = np.random.default_rng(0).standard_normal((36, 5)).astype(np.float32)


@pytest.fixture
def split(pictures: Path) -> Split:
    return training_split(pictures)


@pytest.fixture
def cached(split: Split) -> CachedFeatures:
    features = CachedFeatures(0, 8, "shuffled")
    features.put(split, FEATURES)
    return features


def test_features_come_in_the_order_of_the_images(split: Split, cached: CachedFeatures) -> None:
    for start_step in (0, 2):
        images = loader().training_batches(split, 3, start_step)
        features = cached.training_batches(split, 3, start_step)
        for expected, batch in zip(images, features, strict=True):
            assert np.array_equal(batch.positions, expected.positions)
            assert np.array_equal(batch.labels, expected.labels)
            assert np.array_equal(batch.inputs, FEATURES[expected.positions])
    ordered = [batch.inputs for batch in cached.ordered_batches(split)]
    assert [len(batch) for batch in ordered] == [8, 8, 8, 8, 4]
    assert np.array_equal(np.concatenate(ordered), FEATURES)


def test_those_who_read_mapped_features_are_given_memory_of_their_own(split: Split, tmp_path: Path) -> None:
    file = tmp_path / "features"
    FEATURES.tofile(file)
    features = CachedFeatures(0, 8, "shuffled")
    features.put(split, np.memmap(file, np.float32, "r", shape=FEATURES.shape))
    assert not isinstance(next(features.ordered_batches(split)).inputs, np.memmap)


def test_epochs_take_the_views_of_a_split_in_turn(split: Split) -> None:
    views = CachedFeatures(0, 36, "shuffled")
    for number in range(3):
        views.put(split, FEATURES + number)
    for epoch in range(7):
        (batch,) = views.training_batches(split, epoch)
        assert np.array_equal(batch.inputs, FEATURES[batch.positions] + epoch % 3)
