"""The number of pairs that are needed agrees with a power calculation and the exact test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nct, t
from twintune.evaluation.sample_size import pairs_needed
from twintune.evaluation.statistics import sign_flip_p_value, typical_value_interval
from twintune.protocol import PairsNeededRequest, PairsNeededResult


def needed(
    differences: list[float], significance: float = 0.05, margin: float | None = None, equivalence: float = 0.05
) -> PairsNeededResult:
    zeros = [0.0] * len(differences)
    return pairs_needed(PairsNeededRequest(differences, zeros, significance, equivalence, margin))


def spread_about(mean: float) -> list[float]:
    """Two differences with the mean and a standard deviation of 1."""
    return [mean - np.sqrt(0.5), mean + np.sqrt(0.5)]


@pytest.mark.parametrize(("metrics", "pairs"), [(1, 6), (2, 7), (4, 8)])
def test_no_difference_is_shown_by_fewer_pairs_than_the_exact_test_needs(metrics: int, pairs: int) -> None:
    assert needed([1.0, 1.01], significance=0.05 / metrics).difference == pairs
    assert 2 / 2**pairs < 0.05 / metrics <= 2 / 2 ** (pairs - 1)


def test_no_equivalence_is_shown_by_fewer_than_five() -> None:
    assert needed([0.0, 0.001], margin=1.0).equivalence == 5


@pytest.mark.parametrize("effect", [0.3, 0.5, -0.6])
def test_a_paired_t_test_of_that_many_has_the_power(effect: float) -> None:
    pairs = needed(spread_about(effect)).difference

    def power(n: int) -> float:
        critical = t.isf(0.025, n - 1)
        return nct.sf(critical, n - 1, abs(effect) * np.sqrt(n))

    # The formula's error is far below one pair at these sizes.
    assert power(pairs) >= 0.795
    assert power(pairs - 1) < 0.805


@pytest.mark.parametrize(("effect", "pairs"), [(2.0, 6), (1.5, 7), (1.2, 8), (1.1, 9)])
def test_the_exact_test_of_that_many_has_the_power(effect: float, pairs: int) -> None:
    assert needed(spread_about(effect)).difference == pairs
    differences = effect + np.random.default_rng(0).standard_normal((1_000, pairs))
    shown = np.mean(sign_flip_p_value(differences) < 0.05)
    # Three standard deviations of a share of 0.8 in 1,000 are 0.038.
    assert shown > 0.762


@pytest.mark.parametrize(("mean", "margin"), [(0.0, 2.2), (0.0, 1.2), (0.3, 1.2), (-0.3, 1.2)])
def test_the_interval_of_that_many_lies_within_the_margin_as_often(mean: float, margin: float) -> None:
    pairs = needed(spread_about(mean), margin=margin).equivalence
    differences = mean + np.random.default_rng(0).standard_normal((1_000, pairs))
    (low, high), level = typical_value_interval(differences, 0.9)
    assert level >= 0.9
    assert np.mean((low >= -margin) & (high <= margin)) > 0.762


@pytest.mark.parametrize(
    ("differences", "margin", "question"),
    [
        ([-1.0, 1.0], None, "difference"),
        ([1.0, 1.1], None, "equivalence"),
        ([1.0, 1.1], 1.0, "equivalence"),
        ([-1.0, 1.001], None, "difference"),
    ],
    ids=["no difference at all", "no margin", "outside of the margin", "more seeds than anyone has"],
)
def test_no_number_is_named_where_none_would_do(differences: list, margin: float | None, question: str) -> None:
    assert getattr(needed(differences, margin=margin), question) is None


def test_one_pair_has_no_spread_to_go_by() -> None:
    assert needed([0.1], margin=1.0) == PairsNeededResult(difference=6, equivalence=5)
