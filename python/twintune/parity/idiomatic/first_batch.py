"""The first batch of an idiomatic pair."""

from __future__ import annotations

import dataclasses
from typing import Any

from twintune.data.loader import Batch
from twintune.data.sampling import training_order
from twintune.training.context import RunContext


def first_batch(run: RunContext, pipeline: Any, images: int) -> Batch:
    """The first images in the order of aligned mode, equal on both sides, through one side's own pipeline."""
    train = run.splits.train
    positions = training_order(len(train), run.request.seeds.order, epoch=0)[:images]
    return next(iter(dataclasses.replace(pipeline, batch_size=images).chosen_batches(train, positions)))
