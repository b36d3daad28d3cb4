"""The order in which an epoch draws its training images."""

from __future__ import annotations

import numpy as np

from twintune.protocol import Sampler
from twintune.seeding import generator


def epoch_order(sampler: Sampler, labels: np.ndarray, seed: int, epoch: int) -> np.ndarray:
    """The positions of an epoch's images, in the order in which they are trained on; as many as there are images.

    Args:
        sampler: The way of drawing.
        labels: Class indices of all training images, int64.
        seed: The run's seed of the order.
        epoch: The epoch's number, counted from 0 over all phases.
    """
    if sampler == "balanced":
        return balanced_order(labels, seed, epoch)
    return training_order(len(labels), seed, epoch)


def training_order(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of an epoch: a permutation of `count` positions drawn by (seed, epoch)."""
    return generator(seed, "batch order", epoch).permutation(count)


def balanced_order(labels: np.ndarray, seed: int, epoch: int) -> np.ndarray:
    """The order of an epoch that draws each class equally often, drawn by (seed, epoch).

    Every class that has training images gets the same share of the epoch's images. If some are left over, as many
    classes get one image more, other ones in each epoch. A class's images are drawn one after another until all were
    drawn, in random order, then anew: within an epoch each is drawn equally often, or once more.

    Args:
        labels: Class indices of all training images, int64.
        seed: The run's seed of the order.
        epoch: The epoch's number, counted from 0 over all phases.

    Returns:
        As many positions as there are images, of which some may recur and some may be missing.
    """
    draw = generator(seed, "balanced order", epoch)
    members = np.split(np.argsort(labels, kind="stable"), np.flatnonzero(np.diff(np.sort(labels))) + 1)
    share, left = divmod(len(labels), len(members))
    shares = np.full(len(members), share)
    shares[draw.permutation(len(members))[:left]] += 1
    drawn = [_in_rounds(of_class, int(count), draw) for of_class, count in zip(members, shares, strict=True)]
    return draw.permutation(np.concatenate(drawn))


def copies_of(order: np.ndarray) -> np.ndarray:
    """For each position of an order, how often it stands before it; int64, of the order's shape."""
    sorting = np.argsort(order, kind="stable")
    starts = np.concatenate([[True], np.diff(order[sorting]) != 0])
    copies = np.empty(len(order), np.int64)
    copies[sorting] = np.arange(len(order)) - np.flatnonzero(starts)[np.cumsum(starts) - 1]
    return copies


def _in_rounds(members: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    rounds = [draw.permutation(members) for _ in range(-(-count // len(members)))]
    return np.concatenate([members[:0], *rounds])[:count]
