"""The paired test and its interval, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.protocol import PairedDifferenceRequest
from twintune.statistics import paired_difference


def compare(differences: list[float], level: float = 0.95):
    zeros = [0.0] * len(differences)
    return paired_difference(PairedDifferenceRequest(tensorflow=differences, pytorch=zeros, level=level))


def test_one_pair_carries_no_test() -> None:
    result = compare([0.5])
    assert (result.mean, result.interval, result.p_value) == (0.5, None, None)


def test_six_pairs_of_one_sign_reach_the_smallest_p() -> None:
    result = compare([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert result.p_value == pytest.approx(2 / 2**6)
    # Of 63 subset means the outermost are the bounds: level 1 - 2/64.
    assert result.interval == (1.0, 6.0)
    assert result.level == pytest.approx(1 - 2 / 64)


def test_two_pairs_are_bounded_by_themselves_at_half_the_confidence() -> None:
    result = compare([1.0, 3.0])
    assert result.interval == (1.0, 3.0)
    assert result.level == pytest.approx(0.5)


def test_equal_pairs_differ_by_nothing() -> None:
    result = compare([0.0, 0.0, 0.0])
    assert (result.mean, result.interval, result.p_value) == (0.0, (0.0, 0.0), 1.0)


def test_interval_and_test_agree() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        result = compare(list(rng.normal(0.8, 1, 8)))
        excluded = not result.interval[0] <= 0 <= result.interval[1]
        assert excluded == (result.p_value <= 1 - result.level + 1e-12)
