"""The dropout masks of training steps."""

from __future__ import annotations

import numpy as np

from twintune.engines.engine import Engine
from twintune.model.head import dropout_masks
from twintune.model.precision import array_dtype
from twintune.protocol import RunRequest


def masks_of_step(engine: Engine, request: RunRequest, images: int, step: int) -> tuple[np.ndarray, ...]:
    """Draws the dropout masks of one training step of a run; none for an engine whose own layers draw them.

    Args:
        engine: The engine, which says whether its own layers draw.
        request: The run's request, which gives the head, the seeds and the precision.
        images: The number of images in the batch.
        step: The step, counted over all phases.

    Returns:
        One mask of shape [images, width] for each hidden layer, as `twintune.model.head.dropout_masks` draws them.
    """
    if engine.draws_dropout:
        return ()
    return dropout_masks(request.model.head, images, request.seeds.init, step, array_dtype(request.training.precision))
