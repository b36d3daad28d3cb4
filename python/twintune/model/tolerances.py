"""The tolerances of what two engines that do the same may differ by, for each precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.protocol import Precision

NOT_COMPARABLE = 1e6
"""The difference of values that can't be compared: one isn't finite, or the shapes differ."""


@dataclass(frozen=True)
class Tolerances:
    """The tolerances of one precision; each is a share, as its comment says."""

    loss: float
    """A step's loss: a share of the loss, or of 1 where that is larger."""
    update: float
    """A tensor after a step: a share of the norm of its change."""
    optimizer: float
    """A tensor after an optimiser's step with given gradients: a share of the norm of its change."""
    inputs: float
    """Features or activations: a share of the image's largest one."""
    logits: float
    """A logit: a share of the test's largest one."""
    moves: int
    """The last places of the arrays by which inputs are moved to see how far an engine's own rounding grows.

    In float32 and float64 they are a hundred, as on the parity ladder. In half precision they are one of its own last
    places: a smaller move would be rounded away.
    """
    head_gradient: float | None = None
    """The norm of the head's gradients: a share of the larger norm; None where `update` is stricter."""


TOLERANCES: dict[Precision, Tolerances] = {
    "float64": Tolerances(loss=1e-9, update=1e-9, optimizer=1e-9, inputs=1e-9, logits=1e-9, moves=100),
    "float32": Tolerances(loss=1e-5, update=1e-3, optimizer=1e-4, inputs=1e-4, logits=1e-4, moves=100),
    "bfloat16": Tolerances(loss=5e-2, update=3e-1, optimizer=1e-3, inputs=3e-1, logits=5e-1, moves=2**16),
    "float16": Tolerances(loss=1e-2, update=1e-1, optimizer=1e-3, inputs=5e-2, logits=1e-1, moves=2**13),
}


def relative_difference(theirs: np.ndarray, ours: np.ndarray) -> float:
    """The largest difference of two batches of features, as a share of each image's largest one in the second batch.

    Args:
        theirs: Features or activations of shape [images, ...].
        ours: The values to hold them against.
    """
    if theirs.shape != ours.shape or not np.isfinite(theirs).all():
        return NOT_COMPARABLE
    axes = tuple(range(1, ours.ndim))
    largest = np.abs(ours).max(axis=axes, initial=0)
    differences = np.abs(theirs - ours).max(axis=axes, initial=0)
    return float((differences / np.where(largest > 0, largest, 1)).max(initial=0))
