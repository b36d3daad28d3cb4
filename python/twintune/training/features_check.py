"""A check of the features that a phase trains on: a few of them are computed anew, by a plain pass of their images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twintune.data.loader import SharedLoader
from twintune.engines.engine import FeatureEngine
from twintune.model.tolerances import relative_difference
from twintune.training.context import RunContext

_IMAGES = 2
"""The number of images of each split: a plain pass of one takes some ten times a step of the head."""


def features_difference(run: RunContext) -> float | None:
    """Compares features as the steps and evaluations are given them with those of a plain forward pass.

    The features may have been folded, traced, cached and mapped; the plain pass runs the frozen stages as they are, on
    images that the loader reads now.

    Args:
        run: A run at the end of a phase.

    Returns:
        The largest difference, as a share of the image's largest plain value; None for a phase on pixels. It is a
        million where a value isn't finite, or a shape is another.
    """
    engine, first_stage = run.engine, run.inputs.first_stage
    if first_stage == 0 or not isinstance(engine, FeatureEngine):
        return None
    pairs = list(_sample(run))
    plain = engine.prefix(first_stage, images=1)(np.stack([image for _, image in pairs]))
    return relative_difference(np.stack([given for given, _ in pairs]), plain)


def _sample(run: RunContext) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of an image's features, as they are given, and the image itself."""
    loader, splits = run.engine.pipeline, run.splits
    assert isinstance(loader, SharedLoader), "features are of aligned mode, where the shared loader reads the images"
    epoch = run.position.epochs_done - 1
    batch = run.inputs.features_of_epoch(epoch)
    for features, position in zip(batch.inputs[:_IMAGES], batch.positions[:_IMAGES], strict=True):
        yield features, loader.training_view(splits.train, int(position), epoch)
    for split in (splits.validation, splits.test):
        if split is not None:
            batch = next(run.inputs.ordered_batches(split))
            for features, position in zip(batch.inputs[:_IMAGES], batch.positions[:_IMAGES], strict=True):
                yield features, loader.evaluation_view(split, int(position))
