"""Splits of fewer images, for a run that is only to show what its steps do."""

from __future__ import annotations

import dataclasses

import numpy as np

from twintune.data.dataset import Split, Splits
from twintune.protocol import Shortening


def shortened(splits: Splits, to: Shortening) -> Splits:
    """Keeps some images of each split, evenly spaced in its order, in which classes may follow one another.

    Args:
        splits: The splits of the data.
        to: The most images of the training split, and of each other split.
    """
    return dataclasses.replace(
        splits,
        train=_some_of(splits.train, to.train),
        validation=splits.validation and _some_of(splits.validation, to.evaluation),
        test=_some_of(splits.test, to.evaluation),
    )


def _some_of(split: Split, count: int) -> Split:
    if len(split) <= count:
        return split
    return Split(split.dataset, split.indices[np.arange(count) * len(split) // count])
