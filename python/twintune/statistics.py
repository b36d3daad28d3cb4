"""The paired comparison of two frameworks over seeds."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from twintune.protocol import PairedDifferenceRequest, PairedDifferenceResult

# With more pairs the subsets are sampled: 2**14 of them already take the interval's level to four digits.
_MOST_EXACT_PAIRS = 14


def paired_difference(request: PairedDifferenceRequest) -> PairedDifferenceResult:
    """Tests and estimates the mean paired difference, TensorFlow minus PyTorch.

    The p-value is of the two-sided sign-flip test, exact up to 14 pairs and from 2**14 sampled flips beyond. The
    interval inverts the same test: the means of all non-empty subsets of the differences are typical values of their
    centre (Hartigan 1969), so the k-th smallest and k-th largest of the 2**n - 1 means bound it with confidence
    1 - 2k / 2**n.

    Args:
        request: At least one pair.

    Returns:
        The mean; interval, attained level and p-value are None for a single pair, which can't carry them.
    """
    differences = np.subtract(request.tensorflow, request.pytorch)
    mean = float(differences.mean())
    if len(differences) < 2:
        return PairedDifferenceResult(mean=mean, interval=None, level=None, p_value=None)
    interval, level = _typical_value_interval(differences, request.level)
    return PairedDifferenceResult(mean=mean, interval=interval, level=level, p_value=_sign_flip_p(differences))


def _sign_flip_p(differences: np.ndarray) -> float:
    from scipy.stats import permutation_test

    # n_resamples=inf keeps the test exact: by default SciPy samples from 14 pairs on.
    exact = len(differences) <= _MOST_EXACT_PAIRS
    resamples: Any = np.inf if exact else 2**_MOST_EXACT_PAIRS
    outcome = permutation_test(
        (differences,),
        lambda sample, axis: np.mean(sample, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        rng=np.random.default_rng(0),
    )
    return float(outcome.pvalue)


def _typical_value_interval(differences: np.ndarray, level: float) -> tuple[tuple[float, float], float]:
    count = len(differences)
    if count <= _MOST_EXACT_PAIRS:
        chosen = np.array(list(itertools.product((0, 1), repeat=count))[1:], dtype=bool)
    else:
        chosen = np.random.default_rng(0).integers(0, 2, (2**_MOST_EXACT_PAIRS - 1, count), dtype=bool)
        chosen = chosen[chosen.any(axis=1)]
    means = np.sort((chosen @ differences) / chosen.sum(axis=1))
    gaps = len(means) + 1
    # Half of what the level leaves out lies on each side; at least the outermost means are the bounds.
    cut = max(1, math.floor((1 - level) / 2 * gaps + 1e-9))
    return (float(means[cut - 1]), float(means[-cut])), 1 - 2 * cut / gaps
