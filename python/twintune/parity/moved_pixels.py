"""Pixels moved by a few last places, and what that comes to: how far an engine's own rounding grows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twintune.protocol import Framework
from twintune.seeding import generator

_ALLOWED = 100
"""Last places in the pixels that two engines which mean the same may lie apart."""
MOVES = (1, _ALLOWED, 1, _ALLOWED)
"""Last places of each. The multiple of one has the rounding of an engine's own operations, which no move of the pixels
makes larger; the whole allowance has the jumps, since a value crosses the kink of an activation a hundred times as
often."""
FEWEST_MOVES = 2
_CALM = 1e-7


def by_last_places(count: int, framework: Framework, draw: int) -> Callable[[np.ndarray], np.ndarray]:
    """A move of half of the pixels up and half down: BatchNorm would take out what moves all alike.

    It is another in each framework, since the same one would take both across the same kinks.
    """

    def move(pixels: np.ndarray) -> np.ndarray:
        up = generator(draw, "parity", "moved", framework).integers(0, 2, pixels.shape, dtype=bool)
        return pixels + np.where(up, count, -count) * np.spacing(pixels)

    return move


def of_allowance(plain: np.ndarray, moved: np.ndarray, count: int) -> np.ndarray:
    """What the allowance would come to in proportion, by what a move of so many last places has come to."""
    return plain + _ALLOWED / count * (moved - plain)


def is_calm(plain: np.ndarray, moved: np.ndarray) -> bool:
    """Whether few moves tell enough of values, since they have hardly moved.

    How far they move is heavy-tailed once they do: at ResNet-101's fifth step one last place came to 2e-7 of the loss
    and another to 8e-4.
    """
    return np.allclose(moved, plain, rtol=_CALM, atol=0)


def farther(plain: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Value by value the one of two that lies farther from the plain one."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(other - plain) > np.abs(one - plain), other, one)
