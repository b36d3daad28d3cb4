"""Batches of features that a frozen backbone gave once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from twintune.data.dataset import Split
from twintune.data.loader import Batch, training_order


@dataclass
class CachedFeatures:
    """The features of whole splits, batched in the very order in which the shared loader would give the images.

    They lie in memory-mapped files, which go with this object: the system may drop their pages, so that private memory
    doesn't grow with the number of images.
    """

    seed: int
    batch_size: int
    folder: Path
    """Where the files lie; made where it isn't there."""
    _features: dict[int, np.ndarray] = field(default_factory=dict)

    def put(self, split: Split, batches: Iterable[np.ndarray]) -> None:
        """Keeps the features of a split.

        Args:
            split: At least one image.
            batches: Arrays of shape [images, features] that follow one another in the split's order.

        Raises:
            OSError: There is no room for them.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # Written as a file and mapped then: to run out of room in a mapping kills the process.
        with tempfile.TemporaryFile(dir=self.folder, prefix="features-") as file:
            for features in batches:
                file.write(np.ascontiguousarray(features).data)
                dtype, width = features.dtype, features.shape[1]
            file.flush()
            self._features[id(split)] = np.memmap(file, dtype, "r", shape=(len(split), width))

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
            yield Batch(np.asarray(features[chosen]), labels[chosen], chosen)
