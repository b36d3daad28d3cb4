"""The profile of a training step: the time of its parts, by one method in both frameworks.

TensorFlow runs a step as one traced function, which no clock can look into. So both engines can cut a step short: after
the loss, and after its gradients. Each shortened step is timed on the same batches, with the device waited for before
and after; the time of a part is the difference between two of them.

The profile is measured after a run's model and test are written, so that the weights that it trains don't matter any
more. A backbone that no phase of the run trains isn't trained here either: it is kept for the next run.
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
from twintune.engines.engine import Device, FeatureEngine, Prefix, StepInputs, StepParts
from twintune.protocol import Phase, StepProfile
from twintune.training.context import RunContext
from twintune.training.first_stage import describe_input
from twintune.training.masks import masks_of_step

WARM_UP = 3
"""The number of steps that trace, find kernels and fill caches, and aren't timed."""
STEPS = 20
"""The number of steps to time in each phase."""
FEWEST_STEPS = 5
_SECONDS = 20.0
"""The seconds after which a phase is timed no longer, once it has had the fewest steps."""
_BATCHES = 4
"""The number of batches that the steps take in turn."""

Result = TypeVar("Result")


class StepTimes(NamedTuple):
    """The seconds of one step as far as each of its parts, from the batch in NumPy or as the pipeline gave it."""

    transfer: float
    forward: float
    differentiate: float
    train: float


def profile_steps(run: RunContext) -> list[StepProfile]:
    """Profiles the steps of each phase, begun anew on the model as it is.

    Args:
        run: A run that has ended: its phases start anew, and its weights go on changing.
    """
    phases = run.request.training.phases
    run.report.stage("profile")
    batches = _sample(run)
    return [_profile_phase(run, number, phase, batches) for number, phase in enumerate(phases, start=1)]


def measure(
    parts: StepParts, steps: Sequence[StepInputs], device: Device, on_step: Callable[[int], None]
) -> list[StepTimes]:
    """Times the parts of some steps in turn, so that a drift of the machine's speed meets all parts alike.

    Args:
        parts: The parts of a training step.
        steps: The inputs of the steps, which are taken in turn.
        device: The device, which is waited for before each look at the clock.
        on_step: A function that is given the number of steps done, of `WARM_UP + STEPS`.
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
    """Medians over the steps, in milliseconds; backward and optimiser are medians of each step's differences."""

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
    prefix = None
    if isinstance(engine, FeatureEngine) and first_stage > 0:
        prefix = engine.prefix(first_stage, sum(map(len, batches)))
    steps = [_step_of(run, phase, batch, index, prefix) for index, batch in enumerate(batches)]
    before = (number - 1) * (WARM_UP + STEPS)

    def on_step(done: int) -> None:
        run.report.stage_progress("profile", before + done, phases * (WARM_UP + STEPS))

    step_input = describe_input(first_stage, run.request)
    return summarize(measure(engine.step_parts(), steps, engine.device, on_step), number, step_input)


def _sample(run: RunContext) -> list[Batch]:
    """The first few training batches, all of one size. The record doesn't see them: its digests are complete."""
    first = list(itertools.islice(run.engine.pipeline.training_batches(run.splits.train, 0), _BATCHES))
    return [batch for batch in first if len(batch) == len(first[0])]


def _step_of(run: RunContext, phase: Phase, batch: Batch, index: int, prefix: Prefix | None) -> StepInputs:
    """The inputs of a step that ends its accumulation group, so that it includes the optimiser."""
    targets = run.targets.encode(one_hot(batch.labels, len(run.splits.classes)))
    return StepInputs(
        inputs=prefix(batch.inputs) if prefix else batch.inputs,
        targets=targets,
        masks=masks_of_step(run.engine, run.request, len(batch), index),
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
    # The result is returned, so that it is freed after the clock has stopped.
    return result, time.perf_counter() - start
