"""Pixels moved by a few last places, and what that comes to: how far an engine's own rounding grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from twintune.protocol import Framework
from twintune.seeding import generator

_ALLOWED = 100
"""Last places in the pixels that two engines which mean the same may lie apart."""
_MOVES = (1, _ALLOWED, 1, _ALLOWED)
"""Last places of each. The multiple of one has the rounding of an engine's own operations, which no move of the pixels
makes larger; the whole allowance has the jumps, since a value crosses the kink of an activation a hundred times as
often."""
_FEWEST_MOVES = 2
_CALM = 1e-7
"""Of the largest value: growth up to here is even."""


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


def farthest_move(
    plain: Mapping[str, np.ndarray], take: Callable[[int, int], Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """What a hundred last places come to: value by value what lies farthest from the plain ones.

    Two moves tell it where nothing has grown far. How far values move is heavy-tailed once they do: at ResNet-101's
    fifth step one last place came to 2e-7 of the loss and another to 8e-4.

    Args:
        plain: Values without a move, by name.
        take: Gives the same values on pixels moved by so many last places, the first argument; the second one is the
            move's draw.
    """
    farthest = dict(plain)
    for draw, count in enumerate(_MOVES):
        if draw >= _FEWEST_MOVES and all(_is_calm(plain[name], moved) for name, moved in farthest.items()):
            break
        moved = take(count, draw)
        farthest = {
            name: _farther(values, farthest[name], of_allowance(values, moved[name], count))
            for name, values in plain.items()
        }
    return farthest


def _is_calm(plain: np.ndarray, moved: np.ndarray) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(np.abs(moved - plain).max(initial=0) <= _CALM * np.abs(plain).max(initial=0))


def _farther(plain: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(other - plain) > np.abs(one - plain), other, one)
