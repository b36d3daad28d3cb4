"""Pixels moved by a few last places, and what that comes to: how far an engine's own rounding grows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twintune.protocol import Framework
from twintune.seeding import generator

MOVED_OF_STEPS = 100
"""Last places. What rounding grows to in ten steps isn't its multiple: a value that crosses the kink of an activation
makes a jump, a hundred times as likely with a hundred times the move. So the whole allowance is moved."""
MOVED_OF_GRADIENTS = 1
"""Last places. One backward pass is smooth, and of sums that cancel the rounding itself is what shows."""
MOST_MOVES = 3
_CALM = 1e-7


def by_last_places(count: int, framework: Framework, draw: int) -> Callable[[np.ndarray], np.ndarray]:
    """A move of half of the pixels up and half down: BatchNorm would take out what moves all alike.

    It is another in each framework, since the same one would take both across the same kinks.
    """

    def move(pixels: np.ndarray) -> np.ndarray:
        up = generator(draw, "parity", "moved", framework).integers(0, 2, pixels.shape, dtype=bool)
        return pixels + np.where(up, count, -count) * np.spacing(pixels)

    return move


def is_calm(plain: np.ndarray, moved: np.ndarray) -> bool:
    """Whether one move tells enough of values, since they have hardly moved.

    How far they move is heavy-tailed once they do: at ResNet-101's fifth step one last place came to 2e-7 of the loss
    and another to 8e-4.
    """
    return np.allclose(moved, plain, rtol=_CALM, atol=0)


def farther(plain: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Value by value the one of two that lies farther from the plain one."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(other - plain) > np.abs(one - plain), other, one)
