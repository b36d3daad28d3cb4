"""Pixels are moved by last places, and the farthest of several moves counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from twintune.parity.ladder.moved_pixels import by_last_places, farthest_move, of_allowance
from twintune.protocol import Framework

PIXELS = np.random.default_rng(0).standard_normal((2, 8, 8, 3))


def test_every_pixel_moves_by_one_last_place_about_half_of_them_up() -> None:
    moved = by_last_places(1, "pytorch", 0)(PIXELS)
    steps = np.where(moved > PIXELS, np.nextafter(PIXELS, np.inf), np.nextafter(PIXELS, -np.inf))
    assert np.array_equal(moved, steps)
    # Five standard deviations of the share in 384 fair draws are 0.13.
    assert 0.37 < np.mean(moved > PIXELS) < 0.63


def test_a_hundred_last_places_are_a_hundred_times_as_far_in_the_same_direction() -> None:
    one, hundred = (by_last_places(count, "pytorch", 0)(PIXELS) - PIXELS for count in (1, 100))
    # If a pixel crosses a power of two on its way, the places beyond are twice or half as wide.
    assert np.allclose(hundred, 100 * one, rtol=0.5, atol=0)


def test_each_draw_and_each_framework_moves_other_pixels_and_the_same_ones_always_the_same() -> None:
    def moved(framework: Framework, draw: int) -> np.ndarray:
        return by_last_places(1, framework, draw)(PIXELS)

    assert np.array_equal(moved("pytorch", 1), moved("pytorch", 1))
    assert not np.array_equal(moved("pytorch", 1), moved("pytorch", 2))
    assert not np.array_equal(moved("pytorch", 1), moved("tensorflow", 1))


PLAIN = {"steps": np.array([2.0, 3.0]), "batch-norm/bn1.running_mean": np.array([0.0, 1.0])}


def moves_of(changes: Callable[[str, int, int], float]) -> tuple[dict[str, np.ndarray], list[int]]:
    """The farthest values after moves, which change the first value by `changes(...)`, and the counts taken."""
    taken = []

    def take(count: int, draw: int) -> dict[str, np.ndarray]:
        taken.append(count)
        return {name: values + np.array([changes(name, count, draw), 0]) for name, values in PLAIN.items()}

    moved = farthest_move(PLAIN, take)
    return {name: values - PLAIN[name] for name, values in moved.items()}, taken


def test_the_rounding_that_one_last_place_shows_counts_a_hundredfold() -> None:
    moved, _ = moves_of(lambda name, count, draw: 1e-12)
    # The difference of two numbers near 2 is known to 4e-16, and is multiplied.
    assert moved["steps"] == pytest.approx([1e-10, 0], abs=1e-13)


def test_a_jump_that_only_a_hundred_last_places_make_counts_as_it_is() -> None:
    moved, _ = moves_of(lambda name, count, draw: 1e-9 if count == 100 else 0)
    assert moved["steps"] == pytest.approx([1e-9, 0], abs=1e-15)


@pytest.mark.parametrize("grown", list(PLAIN))
def test_what_has_grown_far_is_moved_twice_more_and_the_farthest_counts(grown: str) -> None:
    moved, taken = moves_of(lambda name, count, draw: draw * 1e-3 if name == grown and count == 100 else 0)
    assert taken == [1, 100, 1, 100]
    assert moved[grown] == pytest.approx([3e-3, 0], abs=1e-15)


def test_the_farther_of_two_moves_counts_value_by_value() -> None:
    plain = {"steps": np.array([1.0, 1.0])}
    moves = {1: np.array([1.0 + 3e-11, 1.0]), 100: np.array([1.0, 1.0 - 2e-9])}
    moved = farthest_move(plain, lambda count, draw: {"steps": moves[count]})
    assert moved["steps"] - 1 == pytest.approx([3e-9, -2e-9], abs=1e-13)


def test_two_moves_are_enough_where_nothing_has_grown() -> None:
    _, taken = moves_of(lambda name, count, draw: 1e-10)
    assert taken == [1, 100]


def test_a_smaller_move_is_extrapolated_to_the_allowance() -> None:
    plain, moved = np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-10])
    # The difference of two numbers near 2 is known to 2e-16.
    assert of_allowance(plain, moved, 1) == pytest.approx([1, 2 + 1e-8], abs=1e-13)
    assert np.array_equal(of_allowance(plain, moved, 100), moved)
