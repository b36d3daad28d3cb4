"""The learning-rate range test (Smith 2017, "Cyclical Learning Rates"), with the numbers of fastai's `lr_find`."""

from __future__ import annotations

import gc
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Literal

import numpy as np

from twintune.batch_encoder import BatchEncoder, class_weights
from twintune.data.loader import Batch
from twintune.data.splits import open_splits
from twintune.engine import Engine, StepInputs
from twintune.engines import create_engine
from twintune.errors import TwintuneError
from twintune.inputs import Inputs
from twintune.lr_suggestions import suggest
from twintune.protocol import FindLearningRateRequest, FindLearningRateResult, LearningRatePoint
from twintune.reporter import Reporter
from twintune.run_record import RunRecord

_SMOOTHING = 0.98
_DIVERGENCE = 4
"""A smoothed loss of more than so many times the lowest one ends the sweep."""

MixedBatch = tuple[Batch, np.ndarray]
"""A batch and the shares of the classes in each of its images, [images, classes]."""

Group = list[MixedBatch]
"""The batches of one optimiser step."""

Ending = Literal["finished", "diverged", "notFinite"]


def find_learning_rate(request: FindLearningRateRequest, emit: Callable[[object], None]) -> FindLearningRateResult:
    """Sweeps the learning rate over the first phase of a run.

    A phase of the head alone trains on pixels here, since a pass over all images for their features would cost more
    than the sweep.

    Args:
        request: All of it; nothing is filled in here.
        emit: Takes a progress report; raises `Cancelled` when the sweep should stop.

    Raises:
        TwintuneError: When the data, the weights or the device can't be used, or the first loss isn't finite.
    """
    # What an earlier run on this warm worker left behind would count as this one's memory.
    gc.collect()
    run, report = request.run, Reporter(emit)
    report.stage("data")
    splits = open_splits(run.dataset, run.cache_directory, partial(report.stage_progress, "data"))
    for warning in splits.warnings:
        report.warning("DATASET", warning)
    encoder = BatchEncoder(run, class_weights(run.training, splits, report))
    report.stage("build")
    engine = create_engine(run, len(splits.classes))
    engine.start_phase(run.training.phases[0], from_features=False)
    inputs = Inputs(run, engine, splits, RunRecord(run), report)
    groups = endless_groups(inputs.training_batches, run.training.gradient_accumulation)
    start = time.perf_counter()
    points, ended = sweep(engine, encoder, groups, sweep_rates(request), report)
    seconds = time.perf_counter() - start
    rates, losses = np.array([(point.learning_rate, point.smoothed_loss) for point in points]).T
    return FindLearningRateResult(points, ended, suggest(rates, losses, request.steps), seconds)


def sweep_rates(request: FindLearningRateRequest) -> list[float]:
    """The rate of each step: every one by the same factor above the one before, towards the end of the range."""
    growth = request.end / request.start
    return [request.start * growth ** (step / request.steps) for step in range(request.steps)]


def sweep(
    engine: Engine, encoder: BatchEncoder, groups: Iterator[Group], rates: Sequence[float], report: Reporter
) -> tuple[list[LearningRatePoint], Ending]:
    """Takes an optimiser step at each rate, until the loss diverges.

    Args:
        engine: In the phase to train.
        encoder: Makes a batch's targets and masks.
        groups: The batches of each step, as many as there are rates or more.
        rates: Of the steps.
        report: Is told of each step.

    Returns:
        The steps whose loss is finite, and why they end.
    """
    points: list[LearningRatePoint] = []
    batches, average, lowest = itertools.count(), 0.0, math.inf
    for rate, group in zip(rates, groups, strict=False):
        loss = _train_group(engine, encoder, group, batches, rate)
        if not math.isfinite(loss):
            if not points:
                raise _first_not_finite(loss, rate)
            return points, "notFinite"
        average = _SMOOTHING * average + (1 - _SMOOTHING) * loss
        # As Adam's moments, the mean begins at zero, which is corrected for.
        smoothed = average / (1 - _SMOOTHING ** (len(points) + 1))
        points.append(LearningRatePoint(rate, loss, smoothed))
        report.sweep_step(len(points), len(rates), points[-1])
        lowest = min(lowest, smoothed)
        if smoothed > _DIVERGENCE * lowest:
            return points, "diverged"
    return points, "finished"


def endless_groups(training_batches: Callable[[int], Iterable[MixedBatch]], accumulation: int) -> Iterator[Group]:
    """The batches of each optimiser step, epoch after epoch; an epoch's last group may be incomplete.

    Args:
        training_batches: Gives the batches of an epoch, from 0.
        accumulation: Batches to an optimiser step, at least 1.
    """
    for epoch in itertools.count():
        batches = iter(training_batches(epoch))
        while group := list(itertools.islice(batches, accumulation)):
            yield group


def _train_group(engine: Engine, encoder: BatchEncoder, group: Group, numbers: Iterator[int], rate: float) -> float:
    """Takes one optimiser step; returns the loss of its images before it."""
    loss_sum = weight = 0.0
    for left, (batch, shares) in zip(range(len(group) - 1, -1, -1), group, strict=True):
        targets = encoder.targets(shares)
        weight += targets.weight
        step = StepInputs(
            inputs=batch.inputs,
            labels=targets.labels,
            targets=targets.coefficients,
            weight=targets.weight,
            masks=encoder.masks(len(batch), next(numbers)),
            learning_rate=rate,
            divisor=None if left else weight,
        )
        (outcome,) = engine.read_steps([engine.train_step(step)])
        loss_sum += outcome.loss * targets.weight
    return loss_sum / weight


def _first_not_finite(loss: float, rate: float) -> TwintuneError:
    return TwintuneError(
        "LOSS_NOT_FINITE",
        f"The loss of the first step is {loss}, before any weight has moved (learning rate {rate:g}).",
        "Look at the weights that the specification names.",
    )
