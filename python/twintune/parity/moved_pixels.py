"""Pixels moved by one last place, and what that comes to: how far an engine's own rounding grows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twintune.seeding import generator

MOST_MOVES = 3
_CALM = 1e-9


def one_last_place(draw: int) -> Callable[[np.ndarray], np.ndarray]:
    """A move of half of the pixels up and half down: BatchNorm would take out what moves all alike."""

    def move(pixels: np.ndarray) -> np.ndarray:
        up = generator(draw, "parity", "moved").integers(0, 2, pixels.shape, dtype=bool)
        return np.nextafter(pixels, np.where(up, np.inf, -np.inf))

    return move


def is_calm(plain: np.ndarray, moved: np.ndarray) -> bool:
    """Whether one move tells enough of values, since they have hardly moved.

    How far a last place grows is heavy-tailed once it grows: at ResNet-101's fifth step one move of the pixels came to
    2e-7 of the loss and another to 8e-4.
    """
    return np.allclose(moved, plain, rtol=_CALM, atol=0)


def farther(plain: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Value by value the one of two that lies farther from the plain one."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(other - plain) > np.abs(one - plain), other, one)
