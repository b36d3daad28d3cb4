"""Learning rates that the curve of a range test suggests, as fastai's `lr_find` defines them.

A curve is the smoothed loss after each of the steps, and the rates of these steps, which grow exponentially.
"""

from __future__ import annotations

import numpy as np

from twintune.protocol import LearningRateSuggestions

_SHARE_OF_FIRST_STEPS = 10
_LAST_STEPS = 5
_FEWEST_POINTS = 3


def suggest(rates: np.ndarray, losses: np.ndarray, planned_steps: int) -> LearningRateSuggestions:
    """The suggestions of a whole sweep.

    A tenth of the planned steps at the beginning and five steps at the end are left out: at first the smoothed loss is
    noise, at last the training diverges.

    Args:
        rates: The learning rates of the steps that were taken, shape [steps].
        losses: Smoothed losses, shape [steps].
        planned_steps: The number of steps that the sweep would have had to its end.

    Returns:
        The suggestions; both are None if fewer than three steps are left.
    """
    kept = slice(planned_steps // _SHARE_OF_FIRST_STEPS, max(0, len(losses) - _LAST_STEPS))
    rates, losses = rates[kept], losses[kept]
    if len(losses) < _FEWEST_POINTS:
        return LearningRateSuggestions(valley=None, steep=None)
    return LearningRateSuggestions(valley=valley(rates, losses), steep=steep(rates, losses))


def valley(rates: np.ndarray, losses: np.ndarray) -> float:
    """The rate in the middle of the longest descent, by a third and a sixth of its length from its beginning.

    The descent is the longest decreasing subsequence of the losses, of several the one that ends first; it is taken to
    reach back from its end by as many steps as it has members.

    Args:
        rates: Learning rates, shape [steps].
        losses: Smoothed losses, shape [steps], at least one.
    """
    lengths = np.ones(len(losses), dtype=int)
    for step in range(1, len(losses)):
        higher = losses[:step] > losses[step]
        lengths[step] = 1 + lengths[:step].max(where=higher, initial=0)
    end = int(lengths.argmax())
    length = int(lengths[end])
    # A descent of one or two steps at the very beginning of the curve would begin before the curve.
    return float(rates[max(0, end - length + length // 3 + length // 6)])


def steep(rates: np.ndarray, losses: np.ndarray) -> float:
    """The rate at which the loss begins to fall most steeply over the logarithm of the rate.

    Args:
        rates: Learning rates, shape [steps].
        losses: Smoothed losses, shape [steps], at least two.
    """
    return float(rates[np.argmin(np.diff(losses) / np.diff(np.log(rates)))])
