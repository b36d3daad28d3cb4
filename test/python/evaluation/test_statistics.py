"""The paired test and its interval, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.evaluation.statistics import paired_difference, sign_flip_p_value, typical_value_interval
from twintune.protocol import PairedDifferenceRequest


def compare(differences: list[float], level: float = 0.95):
    zeros = [0.0] * len(differences)
    return paired_difference(PairedDifferenceRequest(tensorflow=differences, pytorch=zeros, level=level))


def test_one_pair_carries_no_test() -> None:
    result = compare([0.5])
    assert (result.mean, result.interval, result.p_value) == (0.5, None, None)


def test_six_pairs_of_one_sign_reach_the_smallest_p() -> None:
    result = compare([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert result.p_value == pytest.approx(2 / 2**6)
    # The outermost of 63 subset means are the bounds: level 1 - 2/64.
    assert result.interval == (1.0, 6.0)
    assert result.level == pytest.approx(1 - 2 / 64)


def test_two_pairs_are_bounded_by_themselves_at_half_the_confidence() -> None:
    result = compare([1.0, 3.0])
    assert result.interval == (1.0, 3.0)
    assert result.level == pytest.approx(0.5)


def test_equal_pairs_differ_by_nothing() -> None:
    result = compare([0.0, 0.0, 0.0])
    assert (result.mean, result.interval, result.p_value) == (0.0, (0.0, 0.0), 1.0)


@pytest.mark.parametrize("images", [300, 1_000, 10_000])
def test_flips_that_come_to_the_same_number_of_images_count_alike(images: int) -> None:
    """Shares of a test set are rounded, so that sums of them differ which are equal in images."""
    rng = np.random.default_rng(images)
    for _ in range(50):
        right = rng.integers(int(0.85 * images), int(0.87 * images), (2, 7))
        shares = right / images
        assert sign_flip_p_value(shares[0] - shares[1]) == sign_flip_p_value(right[0] - right[1])


def test_many_samples_at_once_come_to_what_each_does_alone() -> None:
    samples = np.random.default_rng(1).normal(0.3, 1, (20, 7))
    p_values = sign_flip_p_value(samples)
    (low, high), _ = typical_value_interval(samples, 0.9)
    for index, sample in enumerate(samples):
        alone = compare(list(sample), level=0.9)
        assert p_values[index] == alone.p_value
        # The means are of another matrix product: a few units of the last place.
        assert alone.interval == pytest.approx((low[index], high[index]), rel=1e-12)


@pytest.mark.parametrize("pairs", [14, 15])
def test_sampled_subsets_go_on_where_exact_ones_end(pairs: int) -> None:
    result = compare(list(np.random.default_rng(2).normal(0.8, 1, pairs)))
    assert result.level == pytest.approx(0.95, abs=1e-3)
    assert result == compare(list(np.random.default_rng(2).normal(0.8, 1, pairs)))


def test_sampled_flips_and_subsets_are_the_same_in_every_version() -> None:
    """A verdict that was published must come out again, so that what is sampled beyond 14 pairs has a fixed seed."""
    differences = [0.4, 1.1, -0.6, 2.0, 0.3, -0.9, 1.5, 0.8, -0.2, 1.9, -1.3, 0.7, 1.0, -0.5, 0.1]
    result = compare(differences)
    assert result.p_value == pytest.approx(2122 / (2**14 + 1), rel=1e-12)
    # All 2**15 flips come to this share; 16384 of them have a standard error of 0.0026.
    assert result.p_value == pytest.approx(0.13201904296875, abs=0.01)
    assert result.interval == pytest.approx((-0.12857142857142856, 0.975), rel=1e-12)


def test_interval_and_test_agree() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        result = compare(list(rng.normal(0.8, 1, 8)))
        excluded = not result.interval[0] <= 0 <= result.interval[1]
        assert excluded == (result.p_value <= 1 - result.level + 1e-12)
