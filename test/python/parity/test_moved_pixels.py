"""What a last place of the pixels is moved by, and which of several moves counts."""

from __future__ import annotations

import numpy as np
from twintune.parity.moved_pixels import farther, is_calm, one_last_place

PIXELS = np.random.default_rng(0).standard_normal((2, 8, 8, 3))


def test_every_pixel_moves_by_one_last_place_about_half_of_them_up() -> None:
    moved = one_last_place(0)(PIXELS)
    steps = np.where(moved > PIXELS, np.nextafter(PIXELS, np.inf), np.nextafter(PIXELS, -np.inf))
    assert np.array_equal(moved, steps)
    # Of 384 fair draws, five standard deviations are 0.13.
    assert 0.37 < np.mean(moved > PIXELS) < 0.63


def test_each_draw_moves_other_pixels_and_the_same_one_always_the_same() -> None:
    assert np.array_equal(one_last_place(1)(PIXELS), one_last_place(1)(PIXELS))
    assert not np.array_equal(one_last_place(1)(PIXELS), one_last_place(2)(PIXELS))


def test_of_two_moves_the_farther_counts_value_by_value() -> None:
    plain = np.array([1.0, 1.0, 1.0])
    assert farther(plain, np.array([1.1, 1.1, np.nan]), np.array([0.8, 1.05, 2.0])).tolist()[:2] == [0.8, 1.1]


def test_one_move_is_enough_where_nothing_grows() -> None:
    losses = np.array([2.0, 3.0])
    assert is_calm(losses, losses * (1 + 1e-12))
    assert not is_calm(losses, losses * np.array([1, 1 + 1e-7]))
