"""The paired comparison of two frameworks over seeds."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from twintune.protocol import PairedDifferenceRequest, PairedDifferenceResult

# The most pairs whose subsets are enumerated; beyond, 2**14 are sampled, which gives the interval's level to four
# digits.
MOST_EXACT_PAIRS = 14
# Means that differ by less than this share of the largest difference count as equal: rounding of shares of a million
# images comes to a tenth of it.
_SAME_MEAN = 1e-9


def paired_difference(request: PairedDifferenceRequest) -> PairedDifferenceResult:
    """Tests and estimates the mean paired difference, TensorFlow minus PyTorch.

    Args:
        request: The values of at least one pair of runs, and the nominal confidence level.

    Returns:
        The mean, with interval, attained level and p-value, which are None for a single pair.
    """
    differences = np.subtract(request.tensorflow, request.pytorch)
    mean = float(differences.mean())
    if len(differences) < 2:
        return PairedDifferenceResult(mean=mean, interval=None, level=None, p_value=None)
    (low, high), level = typical_value_interval(differences, request.level)
    p_value = float(sign_flip_p_value(differences))
    return PairedDifferenceResult(mean=mean, interval=(float(low), float(high)), level=level, p_value=p_value)


def sign_flip_p_value(differences: np.ndarray) -> np.ndarray:
    """The two-sided p-values of the sign-flip test of the mean (Fisher 1935; Pitman 1937).

    Args:
        differences: Array of shape [..., pairs], at least two pairs; each row is a sample of its own.

    Returns:
        An array of shape [...]: exact up to 14 pairs, from 2**14 sampled flips beyond.
    """
    from scipy.stats import permutation_test

    observed, largest = differences.mean(axis=-1), np.abs(differences).max(axis=-1)
    step = np.where(largest > 0, _SAME_MEAN * largest, 1)

    def steps_from_observed(sample: np.ndarray, axis: int) -> np.ndarray:
        # Sign flips that come to the same number of images differ in their last bits. SciPy would take some of them for
        # less extreme, and the p-value would be too small.
        return np.rint((np.mean(sample, axis=axis) - observed) / step)

    # n_resamples=inf keeps the test exact: by default SciPy samples from 14 pairs on.
    exact = differences.shape[-1] <= MOST_EXACT_PAIRS
    resamples: Any = np.inf if exact else 2**MOST_EXACT_PAIRS
    outcome = permutation_test(
        (differences,),
        steps_from_observed,
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        axis=-1,
        rng=np.random.default_rng(0),
    )
    return np.asarray(outcome.pvalue)


def typical_value_interval(differences: np.ndarray, level: float) -> tuple[np.ndarray, float]:
    """The confidence interval that inverts the sign-flip test.

    The means of all non-empty subsets of the differences are typical values of their centre (Hartigan 1969): the k-th
    smallest and k-th largest of the 2**n - 1 means bound it with confidence 1 - 2k / 2**n. Beyond 14 pairs the subsets
    are sampled.

    Args:
        differences: Array of shape [..., pairs], at least two pairs; each row is a sample of its own.
        level: Nominal confidence, 0 to 1.

    Returns:
        An array of shape [2, ...] with both ends of the interval, and the level that it attains: the nominal one or
        somewhat more, and less only if the pairs are too few for it.
    """
    count = differences.shape[-1]
    if count <= MOST_EXACT_PAIRS:
        chosen = np.array(list(itertools.product((0, 1), repeat=count))[1:], dtype=bool)
    else:
        chosen = np.random.default_rng(0).integers(0, 2, (2**MOST_EXACT_PAIRS - 1, count), dtype=bool)
        chosen = chosen[chosen.any(axis=1)]
    means = np.sort(differences @ (chosen / chosen.sum(axis=1, keepdims=True)).T, axis=-1)
    gaps = len(chosen) + 1
    # Half of what the level leaves out lies on each side; at least the outermost means are the bounds.
    cut = max(1, math.floor((1 - level) / 2 * gaps + 1e-9))
    return np.stack([means[..., cut - 1], means[..., -cut]]), 1 - 2 * cut / gaps
