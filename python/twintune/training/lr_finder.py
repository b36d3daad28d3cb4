"""The learning-rate range test (Smith 2017, "Cyclical Learning Rates"), with the numbers of fastai's `lr_find`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from twintune.errors import TwintuneError
from twintune.protocol import Emit, FindLearningRateRequest, FindLearningRateResult, LearningRatePoint
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.groups import Group, GroupTrainer, endless_groups
from twintune.training.lr_suggestions import suggest
from twintune.training.preparation import prepare

_SMOOTHING = 0.98
_DIVERGENCE = 4
"""The multiple of the lowest smoothed loss beyond which the sweep ends."""

Ending = Literal["finished", "diverged", "notFinite"]


def find_learning_rate(request: FindLearningRateRequest, emit: Emit) -> FindLearningRateResult:
    """Sweeps the learning rate over the first phase of a run.

    In a sweep a phase of the head alone trains on pixels, since a pass over all images for their features would cost
    more than the sweep.

    Args:
        request: The complete request; nothing is filled in here.
        emit: A function that takes a progress report, and raises `Cancelled` when the sweep should stop.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used, or the first loss isn't finite.
    """
    report = Reporter(emit)
    run = prepare(request.run, report, RunRecord(request.run))
    engine, training = run.engine, request.run.training
    engine.start_phase(training.phases[0], first_stage=0)
    groups = endless_groups(run.inputs.training_batches, training.gradient_accumulation)
    start = time.perf_counter()
    points, ended = sweep(GroupTrainer(engine, request.run, run.targets), groups, sweep_rates(request), report)
    seconds = time.perf_counter() - start
    rates, losses = np.array([(point.learning_rate, point.smoothed_loss) for point in points]).T
    return FindLearningRateResult(points, ended, suggest(rates, losses, request.steps), seconds)


def sweep_rates(request: FindLearningRateRequest) -> list[float]:
    """The learning rate of each step, which grows by the same factor from step to step."""
    growth = request.end / request.start
    return [request.start * growth ** (step / request.steps) for step in range(request.steps)]


def sweep(
    train: Callable[[Group, float], float], groups: Iterator[Group], rates: Sequence[float], report: Reporter
) -> tuple[list[LearningRatePoint], Ending]:
    """Takes an optimiser step at each rate, until the loss diverges.

    Args:
        train: A function that takes an optimiser step at a learning rate, and returns the loss before it.
        groups: The batches of each step, for at least as many steps as there are rates.
        rates: The learning rates of the steps.
        report: The reporter that is told of each step.

    Returns:
        The steps whose loss is finite, and the reason why they end.
    """
    points: list[LearningRatePoint] = []
    average, lowest = 0.0, math.inf
    for rate, group in zip(rates, groups, strict=False):
        loss = train(group, rate)
        if not math.isfinite(loss):
            if not points:
                raise _first_not_finite(loss, rate)
            return points, "notFinite"
        average = _SMOOTHING * average + (1 - _SMOOTHING) * loss
        # The mean begins at zero, which is corrected for as Adam corrects its moments.
        smoothed = average / (1 - _SMOOTHING ** (len(points) + 1))
        points.append(LearningRatePoint(rate, loss, smoothed))
        report.sweep_step(len(points), len(rates), points[-1])
        lowest = min(lowest, smoothed)
        if smoothed > _DIVERGENCE * lowest:
            return points, "diverged"
    return points, "finished"


def _first_not_finite(loss: float, rate: float) -> TwintuneError:
    return TwintuneError(
        "LOSS_NOT_FINITE",
        f"The loss of the first step is {loss}, before any weight has moved (learning rate {rate:g}).",
        "Look at the weights that the specification names.",
    )
