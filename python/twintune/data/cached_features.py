"""Batches of features that a frozen backbone gave once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from twintune.data.dataset import Split
from twintune.data.loader import Batch, training_order


@dataclass
class CachedFeatures:
    """The features of whole splits, batched in the very order in which the shared loader would give the images."""

    seed: int
    batch_size: int
    _features: dict[int, np.ndarray] = field(default_factory=dict)

    def put(self, split: Split, features: np.ndarray) -> None:
        """Keeps the features of a split, shape [images, features], in the split's order."""
        self._features[id(split)] = features

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from `start_step` on; the last one may be short."""
        order = training_order(len(split), self.seed, epoch)
        return self._batches(split, order[start_step * self.batch_size :])

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches in order; the last one may be short."""
        return self._batches(split, np.arange(len(split)))

    def _batches(self, split: Split, positions: np.ndarray) -> Iterator[Batch]:
        features, labels = self._features[id(split)], split.labels
        for start in range(0, len(positions), self.batch_size):
            chosen = positions[start : start + self.batch_size]
            yield Batch(features[chosen], labels[chosen], chosen)
