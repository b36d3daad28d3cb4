"""Adding seeds after a look at the result makes no verdict wrong more often than is promised, in simulated pairs.

Run as a program, this file prints the rates that docs/statistics.md has.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from twintune.evaluation.statistics import sign_flip_p_value, typical_value_interval

ROOT = Path(__file__).parents[3]
PAIRS = (6, 12)
"""The numbers of pairs of two looks, the first of which are among the second."""
# Half of what the first look leaves of 5%: of six pairs, one p-value of 1/32 lies below it, and three of 64 means lie
# beyond the interval on each side. test/compare/looks.test.ts holds `levelsAfter` to these.
LEVELS = (0.05, (0.05 - 1 / 32) / 2)
EQUIVALENCE = (0.05, (0.05 - 3 / 64) / 2)
MARGIN = 1.0

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

KINDS: dict[str, Draw] = {
    "normal": lambda draw, shape: draw.standard_normal(shape),
    "heavy-tailed": lambda draw, shape: draw.standard_t(3, shape),
    "skewed": lambda draw, shape: draw.exponential(size=shape) - 1,
}


def p_values(differences: np.ndarray) -> np.ndarray:
    """The two-sided p-values of rows of pairs, by counting all flips."""
    flips = np.array(list(itertools.product((-1.0, 1.0), repeat=differences.shape[1])))
    observed = np.abs(differences.sum(axis=1))
    return (np.abs(differences @ flips.T) >= observed[:, None] * (1 - 1e-12)).mean(axis=1)


def wins(differences: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    """Whether either look at each row finds a difference."""
    looks = zip(PAIRS, levels, strict=True)
    return np.any([p_values(differences[:, :pairs]) < level for pairs, level in looks], axis=0)


def equivalents(differences: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    """Whether either look at each row finds its interval within the margin."""
    found = []
    for pairs, level in zip(PAIRS, levels, strict=True):
        (low, high), attained = typical_value_interval(differences[:, :pairs], 1 - 2 * level)
        assert attained >= 1 - 2 * level - 1e-12
        found.append((low > -MARGIN) & (high < MARGIN))
    return np.any(found, axis=0)


def rates(kind: str, simulations: int) -> dict[str, float]:
    """The shares of simulations that err, with and without regard to the first look."""
    draw, chunk = np.random.default_rng(7), 1_000
    sums = np.zeros(4)
    for _ in range(simulations // chunk):
        differences = KINDS[kind](draw, (chunk, PAIRS[-1]))
        at_margin = MARGIN + 0.1 * differences
        sums += [
            wins(differences, LEVELS).sum(),
            wins(differences, (0.05, 0.05)).sum(),
            equivalents(at_margin, EQUIVALENCE).sum(),
            equivalents(at_margin, (0.05, 0.05)).sum(),
        ]
    names = ["a winner", "a winner, unaccounted", "equivalent", "equivalent, unaccounted"]
    return dict(zip(names, (sums / simulations).round(4).tolist(), strict=True))


@pytest.mark.parametrize("kind", ["normal", pytest.param("heavy-tailed", marks=pytest.mark.slow)])
def test_both_looks_together_err_in_at_most_5_percent(kind: str) -> None:
    simulations = 2_000
    found = rates(kind, simulations)
    most = binom.ppf(1 - 1e-3, simulations, 0.05) / simulations
    assert found["a winner"] <= most and found["equivalent"] <= most
    # Without regard to the first look they err more often than that.
    assert found["a winner, unaccounted"] > 0.05 and found["equivalent, unaccounted"] > most


def test_the_flips_are_counted_as_a_comparison_counts_them() -> None:
    differences = np.random.default_rng(0).standard_normal((20, 6))
    np.testing.assert_allclose(p_values(differences), sign_flip_p_value(differences))


def test_the_levels_are_those_that_docs_name() -> None:
    text = re.sub(r"\s+", " ", (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8"))
    assert f"p < {LEVELS[1]:.4f}" in text and f"{100 * (1 - 2 * EQUIVALENCE[1]):.1f}%" in text


if __name__ == "__main__":
    for name in KINDS:
        print(name, json.dumps(rates(name, 20_000)))
