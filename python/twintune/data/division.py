"""The division of a data set's images among splits, by a hash of each image."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from twintune.data.dataset import ImageDataset
from twintune.protocol import SplitName

_ORDER: tuple[SplitName, ...] = ("test", "validation", "train")
"""The splits from the smallest places to the largest."""
_NEED: tuple[SplitName, ...] = ("train", "test", "validation")
"""The splits by who gets an image first where a class has too few for all."""


def unit_hash(identity: str, seed: int | None) -> float:
    """A number in [0, 1) from the SHA-256 of an identity, and of a seed if there is one."""
    salted = identity if seed is None else f"{seed} {identity}"
    return int.from_bytes(hashlib.sha256(salted.encode("utf-8", "surrogateescape")).digest()[:8], "big") / 2**64


def places_of(dataset: ImageDataset, seed: int | None) -> np.ndarray:
    """The hash of each image; float64, shape [images]."""
    assert dataset.identities is not None
    places = (unit_hash(identity, seed) for identity in dataset.identities)
    return np.fromiter(places, np.float64, len(dataset.identities))


def assign(
    places: np.ndarray, labels: np.ndarray, readable: np.ndarray, fractions: Mapping[SplitName, float]
) -> dict[SplitName, np.ndarray]:
    """Chooses the images of each split, so that adding an image moves no other one.

    The exception are classes so small that the hash leaves them out of a split. There the images that are nearest to
    the split go into it, as long as the splits before it have one: training, then the test, then validation.

    Args:
        places: The hash of each image; float64, shape [images].
        labels: The class of each image; int64, shape [images].
        readable: Whether an image can be decoded; shape [images].
        fractions: The shares of the splits that are split off the training images, by their names.

    Returns:
        Whether an image is in the split, by the splits' names, `train` among them; shape [images].
    """
    names: list[SplitName] = [name for name in _ORDER if name == "train" or fractions.get(name, 0) > 0]
    ends = np.cumsum([fractions[name] for name in names[:-1]])
    split = np.searchsorted(ends, places, side="right")
    for label in _small_classes(split, labels, readable, len(names)):
        images = np.flatnonzero(readable & (labels == label))
        split[images] = _spread(places[images], split[images], names)
    return {name: readable & (split == number) for number, name in enumerate(names)}


def _small_classes(split: np.ndarray, labels: np.ndarray, readable: np.ndarray, splits: int) -> np.ndarray:
    """The classes that have images, but none in one of the splits."""
    if not readable.any():
        return np.empty(0, np.int64)
    counts = np.zeros((splits, int(labels.max()) + 1), np.int64)
    np.add.at(counts, (split[readable], labels[readable]), 1)
    return np.flatnonzero((counts.min(axis=0) == 0) & (counts.sum(axis=0) > 0))


def _spread(places: np.ndarray, split: np.ndarray, names: Sequence[SplitName]) -> np.ndarray:
    """Spreads the images of a class, whose splits are given by number, over as many splits as it has images for.

    Images of one content have one place, and stay together.
    """
    distinct = np.unique(places)
    wanted = [name for name in _NEED if name in names][: len(distinct)]
    sizes = [len(np.unique(places[split == number])) for number in range(len(names))]
    sizes = [max(size, 1) if name in wanted else 0 for name, size in zip(names, sizes, strict=True)]
    while (excess := sum(sizes) - len(distinct)) != 0:
        largest = int(np.argmax(sizes))
        sizes[largest] -= 1 if excess > 0 else -1
    of_distinct = np.repeat(np.arange(len(names)), sizes)
    return of_distinct[np.searchsorted(distinct, places)]
