"""The suggestions of a sweep against figures worked out by hand from the rules of fastai's `lr_find`."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.training.lr_suggestions import steep, suggest, valley

RATES = 10.0 ** -np.arange(12, 0, -1)


def test_the_valley_is_a_third_and_a_sixth_into_the_longest_descent() -> None:
    # Ten values fall, up to index 10: the descent is taken to begin at 0, and a third and a sixth of ten are 3 and 1.
    losses = np.array([2.7, 11, 10, 8, 7, 6, 5, 4, 3, 2.5, 2, 9])
    assert valley(RATES, losses) == RATES[10 - 10 + 3 + 1]


def test_a_descent_may_be_interrupted() -> None:
    # 8 7 5 4 3 1 is the longest: six values that end at index 8, so 8 - 6 + 2 + 1.
    losses = np.array([8.0, 7, 9, 5, 9, 4, 3, 9, 1])
    assert valley(RATES[:9], losses) == RATES[8 - 6 + 2 + 1]


def test_of_two_longest_descents_the_first_counts() -> None:
    losses = np.array([3.0, 2, 1, 30, 20, 10])
    # Three values that end at index 2: 2 - 3 + 1 + 0.
    assert valley(RATES[:6], losses) == RATES[0]
    assert valley(RATES[:6], np.array([30.0, 20, 10, 3, 2, 1])) == RATES[5 - 6 + 2 + 1]


@pytest.mark.parametrize("losses", [[1.0, 2, 3, 4, 5, 6], [1.0] * 6, [2.0, 1, 3, 4, 5, 6]])
def test_a_curve_that_does_not_fall_from_its_beginning_on_has_its_valley_there(losses: list[float]) -> None:
    assert valley(RATES[:6], np.array(losses)) == RATES[0]


def test_the_steepest_point_is_where_the_largest_fall_begins() -> None:
    assert steep(RATES[:5], np.array([3.0, 2.9, 2.0, 1.9, 2.5])) == RATES[1]


def test_a_fall_is_measured_over_the_logarithm_of_the_rate() -> None:
    # 1 over a factor of 10 is steeper than 1.5 over one of 100, though it is a smaller fall.
    rates = np.array([1e-5, 1e-4, 1e-2, 1e-1])
    assert steep(rates, np.array([4.0, 3.0, 1.5, 1.4])) == 1e-5


def test_the_first_tenth_of_the_steps_and_the_last_five_count_for_nothing() -> None:
    losses = np.array([9.0, 1.0, 5.0, 4.0, 3.0, 2.0, 9.0, 0.1, 0.05, 0.02, 0.01])
    rates = 10.0 ** -np.arange(11, 0, -1)
    suggestions = suggest(rates, losses, planned_steps=20)
    # Steps 2 to 5 of the eleven that were taken are left: the descent 5 4 3 2.
    assert suggestions.valley == rates[2 + (3 - 4 + 1 + 0)]
    assert suggestions.steep == rates[2]


@pytest.mark.parametrize("steps", [1, 5, 12, 17])
def test_a_sweep_that_is_soon_over_suggests_nothing(steps: int) -> None:
    suggestions = suggest(10.0 ** -np.arange(steps, 0, -1), np.linspace(2, 1, steps), planned_steps=100)
    assert (suggestions.valley, suggestions.steep) == (None, None)
