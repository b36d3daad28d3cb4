"""Batches of features that a frozen backbone computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from twintune.data.dataset import Split
from twintune.data.loader import Batch
from twintune.data.sampling import epoch_order
from twintune.protocol import Sampler


@dataclass
class CachedFeatures:
    """The features of whole splits, batched in the very order in which the shared loader would give the images.

    The features are memory-mapped from files: the system may drop their pages, so that private memory doesn't grow with
    the number of images.
    """

    seed: int
    batch_size: int
    sampler: Sampler
    _views: dict[int, list[np.ndarray]] = field(default_factory=dict)

    def put(self, split: Split, features: np.ndarray) -> None:
        """Adds a view of a split: where there are several, epoch after epoch takes the next one.

        Args:
            split: The split, of at least one image.
            features: Array of shape [images, ...] in the split's order.
        """
        self._views.setdefault(id(split), []).append(features)

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from `start_step` on; the last one may be short."""
        views = self._views[id(split)]
        order = epoch_order(self.sampler, split.labels, self.seed, epoch)
        return self._batches(split, views[epoch % len(views)], order[start_step * self.batch_size :])

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches in order; the last one may be short."""
        return self._batches(split, self._views[id(split)][0], np.arange(len(split)))

    def _batches(self, split: Split, features: np.ndarray, positions: np.ndarray) -> Iterator[Batch]:
        labels = split.labels
        for start in range(0, len(positions), self.batch_size):
            chosen = positions[start : start + self.batch_size]
            yield Batch(np.asarray(features[chosen]), labels[chosen], chosen)
