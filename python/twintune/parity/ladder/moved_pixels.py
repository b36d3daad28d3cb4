"""Moves of pixels by a few last places, which show how far an engine's own rounding grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from twintune.protocol import Framework
from twintune.seeding import generator

_ALLOWED = 100
"""The last places in the pixels by which two engines of one meaning may lie apart."""
_MOVES = (1, _ALLOWED, 1, _ALLOWED)
"""The last places of each move.

A move by one place, scaled up, shows the rounding of an engine's own operations, which no move of the pixels makes
larger. A move by the whole allowance shows the jumps, since a value crosses the kink of an activation a hundred times
as often.
"""
_FEWEST_MOVES = 2
_CALM = 1e-7
"""The share of the largest value up to which growth is even."""


def by_last_places(count: int, framework: Framework, draw: int) -> Callable[[np.ndarray], np.ndarray]:
    """A move of half of the pixels up and half down: BatchNorm would cancel a move of all alike.

    Each framework gets another move, since the same move would take both across the same kinks.
    """

    def move(pixels: np.ndarray) -> np.ndarray:
        up = generator(draw, "parity", "moved", framework).integers(0, 2, pixels.shape, dtype=bool)
        return (pixels + np.where(up, count, -count) * np.spacing(pixels)).astype(pixels.dtype)

    return move


def of_allowance(plain: np.ndarray, moved: np.ndarray, count: int) -> np.ndarray:
    """Scales the values after a move of `count` last places, in proportion, to those after a move by the allowance."""
    return plain + _ALLOWED / count * (moved - plain)


def farthest_move(
    plain: Mapping[str, np.ndarray], take: Callable[[int, int], Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The values after moves by a hundred last places: for each value the one that lies farthest from the plain value.

    Two moves are enough if nothing has grown far. Once values move far, the distances are heavy-tailed: at ResNet-101's
    fifth step one last place moved the loss by 2e-7, and another one by 8e-4.

    Args:
        plain: The values without a move, by name.
        take: A function that computes the same values on moved pixels. Its first argument is the number of last places,
            the second one the number of the move's random draw.
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
