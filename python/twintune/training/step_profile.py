"""What a training step spends its time on, by one method in both frameworks.

TensorFlow runs a step as one traced function, which no clock can look into. So both engines can cut a step short: after
the loss, and after its gradients. Each of these is timed from the same batches, with the device waited for before and
after; what a part takes is the difference to the one that ends before it.

It comes after a run's model and test are written, so that what it does to the weights that train doesn't matter any
more. A backbone that no phase of the run moves it doesn't move either: that one is kept for the next run.
"""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from twintune.data.loader import Batch
from twintune.data.targets import one_hot
from twintune.engines.engine import Device, Prefix, StepInputs, StepParts
from twintune.model.head import masks_of_step
from twintune.protocol import Phase, StepProfile
from twintune.training.context import RunContext
from twintune.training.first_stage import describe_input

WARM_UP = 3
"""Steps that trace, find kernels and fill caches, and aren't timed."""
STEPS = 20
"""Steps to time in each phase."""
FEWEST_STEPS = 5
_SECONDS = 20.0
"""After these a phase is timed no longer, where it has had the fewest."""
_BATCHES = 4
"""Batches that the steps take in turn."""

Result = TypeVar("Result")


class StepTimes(NamedTuple):
    """Seconds of one step, from the batch in NumPy or as the pipeline gave it."""

    transfer: float
    forward: float
    differentiate: float
    train: float


def profile_steps(run: RunContext) -> list[StepProfile]:
    """Profiles the steps of each phase, begun anew on the model as it is.

    Args:
        run: One that has ended: the phases start anew, and the weights go on moving.
    """
    phases = run.request.training.phases
    run.report.stage("profile")
    batches = _sample(run)
    return [_profile_phase(run, number, phase, batches) for number, phase in enumerate(phases, start=1)]


def measure(
    parts: StepParts, steps: Sequence[StepInputs], device: Device, on_step: Callable[[int], None]
) -> list[StepTimes]:
    """Times the parts of some steps, each part right after the one before, so that what drifts drifts for all.

    Args:
        parts: Of the step.
        steps: Taken in turn.
        device: Waited for before each look at the clock.
        on_step: Is told how many of `WARM_UP + STEPS` steps are done.
    """
    times = []
    until = math.inf
    for done, step in enumerate(itertools.islice(itertools.cycle(steps), WARM_UP + STEPS), start=1):
        taken = _time_step(parts, step, device)
        on_step(done)
        if done <= WARM_UP:
            until = time.perf_counter() + _SECONDS
            continue
        times.append(taken)
        if len(times) >= FEWEST_STEPS and time.perf_counter() > until:
            break
    return times


def summarize(times: Sequence[StepTimes], phase: int, step_input: str) -> StepProfile:
    """Medians over the steps, in milliseconds; those of backward and optimiser are of each step's difference."""

    def median(seconds: Callable[[StepTimes], float]) -> float:
        return 1000 * statistics.median(map(seconds, times))

    return StepProfile(
        phase=phase,
        input=step_input,
        steps=len(times),
        transfer=median(lambda step: step.transfer),
        forward=median(lambda step: step.forward),
        backward=median(lambda step: step.differentiate - step.forward),
        optimizer=median(lambda step: step.train - step.differentiate),
    )


def _profile_phase(run: RunContext, number: int, phase: Phase, batches: Sequence[Batch]) -> StepProfile:
    engine, phases = run.engine, len(run.request.training.phases)
    first_stage = run.inputs.first_stage_of(phase, run.record.input_of(number))
    engine.start_phase(phase, first_stage)
    prefix = engine.prefix(first_stage, sum(map(len, batches))) if first_stage else None
    steps = [_step_of(run, phase, batch, index, prefix) for index, batch in enumerate(batches)]
    before = (number - 1) * (WARM_UP + STEPS)

    def on_step(done: int) -> None:
        run.report.stage_progress("profile", before + done, phases * (WARM_UP + STEPS))

    step_input = describe_input(first_stage, run.request)
    return summarize(measure(engine.step_parts(), steps, engine.device, on_step), number, step_input)


def _sample(run: RunContext) -> list[Batch]:
    """The first few training batches, all of one size. They come past the record, whose digests are complete."""
    first = list(itertools.islice(run.engine.pipeline.training_batches(run.splits.train, 0), _BATCHES))
    return [batch for batch in first if len(batch) == len(first[0])]


def _step_of(run: RunContext, phase: Phase, batch: Batch, index: int, prefix: Prefix | None) -> StepInputs:
    """A step that ends its group, so that the optimiser has its part in it."""
    targets = run.targets.encode(one_hot(batch.labels, len(run.splits.classes)))
    return StepInputs(
        inputs=prefix(batch.inputs) if prefix else batch.inputs,
        targets=targets,
        masks=masks_of_step(run.request, len(batch), index),
        learning_rate=phase.optimizer.learning_rate,
        divisor=targets.weight,
    )


def _time_step(parts: StepParts, step: StepInputs, device: Device) -> StepTimes:
    batch, transfer = _timed(lambda: parts.transfer(step), device)
    forward = _timed(lambda: parts.forward(batch), device)[1]
    differentiate = _timed(lambda: parts.differentiate(batch), device)[1]
    train = _timed(lambda: parts.train(batch), device)[1]
    return StepTimes(transfer, forward, differentiate, train)


def _timed(work: Callable[[], Result], device: Device) -> tuple[Result, float]:
    device.synchronize()
    start = time.perf_counter()
    result = work()
    device.synchronize()
    # What the work came to is freed after the clock has stopped.
    return result, time.perf_counter() - start
