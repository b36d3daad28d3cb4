"""Features come back in the order of the shared loader, from files that go with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_loader import loader, training_split
from twintune.data.cached_features import CachedFeatures
from twintune.data.dataset import Split

FEATURES = np.random.default_rng(0).standard_normal((36, 5)).astype(np.float32)


@pytest.fixture
def split(pictures: Path) -> Split:
    return training_split(pictures)


@pytest.fixture
def cached(split: Split, tmp_path: Path) -> CachedFeatures:
    features = CachedFeatures(0, 8, tmp_path / "features")
    features.put(split, (FEATURES[start : start + 8] for start in range(0, 36, 8)))
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


def test_features_take_no_private_memory_and_leave_no_file(
    split: Split, cached: CachedFeatures, tmp_path: Path
) -> None:
    (features,) = cached._features.values()
    assert isinstance(features, np.memmap)
    # Those who read it are given memory of their own, batch by batch.
    assert not isinstance(next(cached.ordered_batches(split)).inputs, np.memmap)
    assert list((tmp_path / "features").iterdir()) == []


def test_what_stops_halfway_leaves_no_file(split: Split, tmp_path: Path) -> None:
    def batches():
        yield FEATURES[:8]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CachedFeatures(0, 8, tmp_path).put(split, batches())
    assert list(tmp_path.iterdir()) == []
