"""What the pixels are moved by, and which of several moves counts."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.parity.moved_pixels import by_last_places, farther, is_calm, of_allowance
from twintune.protocol import Framework

PIXELS = np.random.default_rng(0).standard_normal((2, 8, 8, 3))


def test_every_pixel_moves_by_one_last_place_about_half_of_them_up() -> None:
    moved = by_last_places(1, "pytorch", 0)(PIXELS)
    steps = np.where(moved > PIXELS, np.nextafter(PIXELS, np.inf), np.nextafter(PIXELS, -np.inf))
    assert np.array_equal(moved, steps)
    # Of 384 fair draws, five standard deviations are 0.13.
    assert 0.37 < np.mean(moved > PIXELS) < 0.63


def test_a_hundred_last_places_are_a_hundred_times_as_far_in_the_same_direction() -> None:
    one, hundred = (by_last_places(count, "pytorch", 0)(PIXELS) - PIXELS for count in (1, 100))
    # Where a pixel crosses a power of two on its way, the places behind it are twice or half as wide.
    assert np.allclose(hundred, 100 * one, rtol=0.5, atol=0)


def test_each_draw_and_each_framework_moves_other_pixels_and_the_same_ones_always_the_same() -> None:
    def moved(framework: Framework, draw: int) -> np.ndarray:
        return by_last_places(1, framework, draw)(PIXELS)

    assert np.array_equal(moved("pytorch", 1), moved("pytorch", 1))
    assert not np.array_equal(moved("pytorch", 1), moved("pytorch", 2))
    assert not np.array_equal(moved("pytorch", 1), moved("tensorflow", 1))


def test_of_two_moves_the_farther_counts_value_by_value() -> None:
    plain = np.array([1.0, 1.0, 1.0])
    assert farther(plain, np.array([1.1, 1.1, np.nan]), np.array([0.8, 1.05, 2.0])).tolist()[:2] == [0.8, 1.1]


def test_a_smaller_move_is_extrapolated_to_the_allowance() -> None:
    plain, moved = np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-10])
    # The difference of two numbers near 2 is known to 2e-16.
    assert of_allowance(plain, moved, 1) == pytest.approx([1, 2 + 1e-8], abs=1e-13)
    assert np.array_equal(of_allowance(plain, moved, 100), moved)


def test_few_moves_are_enough_where_nothing_grows() -> None:
    losses = np.array([2.0, 3.0])
    assert is_calm(losses, losses * (1 + 1e-10))
    assert not is_calm(losses, losses * np.array([1, 1 + 1e-5]))
