"""The test and the interval are right as often as they claim, in simulated pairs with a known true difference.

Every bound is binomial: a true rate leaves the bound once in a thousand times on each side, and a rate that is half as
large again nearly always does. The draws are seeded: the outcome is the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom
from twintune.evaluation.statistics import sign_flip_p_value, typical_value_interval

SIMULATIONS = 2_000
ALPHA = 1e-3
TRUE_DIFFERENCE = 0.5

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

# Kinds of differences, each centred on 0. Differences of two equal setups are symmetric; the third kind is not.
KINDS: dict[str, Draw] = {
    "normal": lambda draw, shape: draw.standard_normal(shape),
    "heavy-tailed": lambda draw, shape: draw.standard_t(3, shape),
    "skewed": lambda draw, shape: draw.exponential(size=shape) - 1,
}


def assert_rate(hits: np.ndarray, rate: float) -> None:
    """Asserts that a share of hits could come from a rate."""
    low, high = binom.ppf([ALPHA, 1 - ALPHA], len(hits), rate)
    assert low <= hits.sum() <= high, f"{hits.mean():.4f} is not {rate:.4f}"


def covers(kind: str, pairs: int, level: float) -> tuple[np.ndarray, float]:
    """Whether each simulation's interval holds the true difference, and the level that the interval claims."""
    differences = TRUE_DIFFERENCE + KINDS[kind](np.random.default_rng(pairs), (SIMULATIONS, pairs))
    (low, high), attained = typical_value_interval(differences, level)
    return (low <= TRUE_DIFFERENCE) & (high >= TRUE_DIFFERENCE), attained


def false_positives(kind: str, pairs: int) -> np.ndarray:
    """Whether each simulation of no difference comes to p < 0.05."""
    return sign_flip_p_value(KINDS[kind](np.random.default_rng(pairs), (SIMULATIONS, pairs))) < 0.05


@pytest.mark.parametrize("pairs", [6, 10])
@pytest.mark.parametrize("kind", ["normal", "heavy-tailed"])
class TestSymmetricDifferences:
    @pytest.mark.parametrize("level", [0.95, 0.9])
    def test_the_interval_covers_as_often_as_it_claims(self, kind: str, pairs: int, level: float) -> None:
        covered, attained = covers(kind, pairs, level)
        assert attained >= level
        assert_rate(covered, attained)

    def test_the_test_errs_as_often_as_its_p_values_allow(self, kind: str, pairs: int) -> None:
        # The p-values of n pairs are multiples of 2 / 2**n; 0.05 is none of them.
        step = 2 / 2**pairs
        assert_rate(false_positives(kind, pairs), np.floor(0.05 / step) * step)


# Symmetry is what the test rests on. The coverage is what 200,000 other simulations came to.
@pytest.mark.parametrize(("pairs", "coverage"), [(6, 0.933), (10, 0.905)])
class TestSkewedDifferences:
    def test_the_interval_covers_less_often_than_it_claims(self, pairs: int, coverage: float) -> None:
        covered, attained = covers("skewed", pairs, level=0.95)
        assert coverage < attained
        assert_rate(covered, coverage)

    def test_the_test_errs_as_much_more_often(self, pairs: int, coverage: float) -> None:
        assert_rate(false_positives("skewed", pairs), 1 - coverage)
