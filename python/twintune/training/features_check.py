"""A check of the features that a phase trains on: a few of them are held against a plain pass of their images."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from twintune.data.loader import SharedLoader
from twintune.digests import digest_tensors, digest_text
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
    plain = _plain_outputs(run, engine, np.stack([image for _, image in pairs]))
    return relative_difference(np.stack([given for given, _ in pairs]), plain)


def chosen_epochs(first: int, last: int, views: int | None) -> list[int]:
    """Chooses the epochs of a phase whose features are looked at: the last one alone where all have the same.

    Epochs that take several views in turn are chosen so that each view is looked at, and two of them in another turn.

    Args:
        first: The number of the phase's first epoch.
        last: The number of its last epoch.
        views: The number of views; None for images that aren't augmented.
    """
    epochs = last - first + 1
    if views is None or views == 1 or epochs == 1:
        return [last]
    count = min(epochs, views + 2)
    # Steps of this length, which shares no divisor with the number of views, come to every view in turn.
    longest = (epochs - 1) // (count - 1)
    length = max(each for each in range(1, longest + 1) if math.gcd(each, views) == 1)
    return [last - length * step for step in range(count)]


def _plain_outputs(run: RunContext, engine: FeatureEngine, images: np.ndarray) -> np.ndarray:
    """The outputs of a plain pass through the frozen stages, which is computed now or was computed by this backbone.

    An earlier run of a warm worker may have passed the very same images through the very same backbone, with the
    weights that this run has read from it. Its outputs stand for a pass of this run only where this run's features come
    from the cache: the backbone has computed nothing else for it.
    """
    first_stage, device = run.inputs.first_stage, engine.device
    kernels = f"{device.is_deterministic()} {device.threads()}"
    pixels = digest_tensors({"images": images})
    key = digest_text([str(first_stage), run.record.state.weights, kernels, pixels])
    is_untouched = not run.position.backbone_moved
    known = engine.plain_passes.recall(key) if is_untouched and run.inputs.feature_origin == "cached" else None
    if known is not None:
        return known
    outputs = engine.prefix(first_stage, images=1)(images)
    if is_untouched:
        engine.plain_passes.hold(key, outputs)
    return outputs


def _sample(run: RunContext) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of an image's features, as they are given, and the image itself."""
    loader, splits = run.engine.pipeline, run.splits
    assert isinstance(loader, SharedLoader), "features are of aligned mode, where the shared loader reads the images"
    last = run.position.epochs_done - 1
    for epoch in chosen_epochs(last - run.position.epoch + 1, last, run.request.augmentation.views):
        batch, images = run.inputs.features_of_epoch(epoch), _IMAGES if epoch == last else 1
        for features, position in zip(batch.inputs[:images], batch.positions[:images], strict=True):
            yield features, loader.training_view(splits.train, int(position), epoch)
    for split in (splits.validation, splits.test):
        if split is not None:
            batch = next(run.inputs.ordered_batches(split))
            for features, position in zip(batch.inputs[:_IMAGES], batch.positions[:_IMAGES], strict=True):
                yield features, loader.evaluation_view(split, int(position))
