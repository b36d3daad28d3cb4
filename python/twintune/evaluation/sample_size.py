"""Estimates of the number of pairs of runs that a question needs."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from twintune.evaluation.statistics import MOST_EXACT_PAIRS
from twintune.protocol import PairsNeededRequest, PairsNeededResult

_NORMAL = NormalDist()
_POWER = 0.8
# A question that needs more pairs than this can't be answered by adding seeds.
_MOST_PAIRS = 10_000


def pairs_needed(request: PairsNeededRequest) -> PairsNeededResult:
    """Estimates how many pairs the two questions of a comparison need for a power of 80%.

    The observed mean and spread are taken for the true ones, and the differences for normal. The sign-flip test of n
    pairs can't reach a p-value below 2 / 2**n, so that a fewest number of pairs is needed at all. With this number
    every difference has to point the same way (for equivalence: to lie within the margin), which gives the test's
    power. If the power isn't enough, the number is that of a paired t-test: ((z + z_power) · spread / distance)² + z² /
    2 (Guenther 1981). The distance is the mean's from zero, and for equivalence from the nearer margin, each of whose
    two tests is given a power of 90% (Julious 2004), so that both hold with at least 80%. One pair has no spread, and
    gets the smallest number that the test allows.

    Args:
        request: The values of at least one pair of runs.

    Returns:
        The number of pairs in all; None if none can be named, because the mean is 0 or lies outside of the margin,
        because there is no margin, because more than 10,000 pairs would be needed, or because the test can't reach the
        level with any number of pairs.
    """
    differences = np.subtract(request.tensorflow, request.pytorch)
    mean = abs(float(differences.mean()))
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return PairsNeededResult(
        difference=_for_difference(mean, spread, request.significance),
        equivalence=None
        if request.margin is None
        else _for_equivalence(mean, spread, request.margin, request.equivalence),
    )


def _for_difference(mean: float, spread: float, significance: float) -> int | None:
    if mean == 0:
        return None
    one_way = NormalDist(-mean, spread).cdf(0) if spread > 0 else 1.0
    z = _NORMAL.inv_cdf(1 - significance / 2)
    estimate = ((z + _NORMAL.inv_cdf(_POWER)) * spread / mean) ** 2 + z**2 / 2
    return _pairs(significance, one_way, estimate)


def _for_equivalence(mean: float, spread: float, margin: float, significance: float) -> int | None:
    if mean >= margin:
        return None
    drawn = NormalDist(mean, spread)
    within = drawn.cdf(margin) - drawn.cdf(-margin) if spread > 0 else 1.0
    z = _NORMAL.inv_cdf(1 - significance)
    estimate = ((z + _NORMAL.inv_cdf((1 + _POWER) / 2)) * spread / (margin - mean)) ** 2 + z**2 / 2
    return _pairs(2 * significance, within, estimate)


def _pairs(significance: float, favourable: float, estimate: float) -> int | None:
    """The fewest pairs if all of them are favourable often enough, else the estimate."""
    fewest = math.floor(math.log2(2 / significance)) + 1
    if fewest > MOST_EXACT_PAIRS:
        return None
    if favourable**fewest >= _POWER:
        return fewest
    return max(fewest + 1, math.ceil(estimate)) if estimate <= _MOST_PAIRS else None
