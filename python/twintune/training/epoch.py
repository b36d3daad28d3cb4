"""A training epoch: one pass over the training images, batch by batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from twintune.data.loader import Batch
from twintune.data.targets import Targets
from twintune.engines.engine import StepInputs, StepOutcome
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import Accumulator
from twintune.protocol import Phase, StepReport
from twintune.record.consumed import Consumed
from twintune.record.run_state import EpochState
from twintune.system.stopwatch import Waiting
from twintune.training.context import RunContext
from twintune.training.masks import masks_of_step
from twintune.training.reading_check import ReadingCheck
from twintune.training.step_window import StepWindow

_MOVING_SHARE = 1e-3
"""The least share of the phase's learning rate at which an optimiser step is expected to move the head.

Below, as at the ends of a schedule, an update may be lost in the rounding of a weight.
"""


class _PendingStep(NamedTuple):
    """A step whose outcome is still on the device."""

    handle: object
    targets: Targets
    positions: np.ndarray
    is_to_move: bool


class TrainingEpoch:
    """An epoch of a phase, trained from its beginning or from a checkpoint within it."""

    def __init__(
        self,
        run: RunContext,
        phase: Phase,
        rates: list[float],
        under_way: EpochState | None,
        save: Callable[[EpochState], None],
    ) -> None:
        """Prepares the epoch.

        Args:
            run: The run, whose position is after the epoch before.
            phase: The phase that the epoch is part of.
            rates: The learning rates of the epoch's optimiser steps.
            under_way: The state to continue from within the epoch; None at its beginning.
            save: A function that writes a checkpoint within the epoch.
        """
        self._run = run
        self._phase = phase
        self._rates = rates
        self._save = save
        self._epoch = run.position.epoch + 1
        self._first = under_way.batches if under_way else 0
        self.metrics = under_way.metrics if under_way else Accumulator()
        self.seconds = under_way.seconds if under_way else 0.0
        """The seconds of the epoch's steps, without the phase's first step, which warms caches and kernels."""
        self.loader_seconds = under_way.loader_seconds if under_way else 0.0
        """The part of `seconds` in which the loop waited for a batch to be read, augmented, mixed and hashed."""
        self.timed_images = under_way.timed_images if under_way else 0
        """The number of images whose steps `seconds` covers."""
        self.consumed = Consumed(len(run.splits.train), under_way.consumed if under_way else None)
        self._window = StepWindow(run, phase, run.keeper) if run.keeper else None
        self._pending: list[_PendingStep] = []
        self._reading = ReadingCheck(run)
        self._outcomes: list[StepOutcome] = []
        """The outcomes of the batches since the window last opened."""

    def train(self, is_cold: bool) -> None:
        """Trains on all batches that are left.

        Args:
            is_cold: Whether the engine has taken no step of the phase yet.
        """
        run, report = self._run, self._run.report
        accumulation = run.request.training.gradient_accumulation
        group_weight = 0.0
        start = time.perf_counter()
        batches = Waiting(run.inputs.training_batches(run.position.epochs_done, self._first))
        for step, (batch, shares) in enumerate(batches, start=self._first + 1):
            targets = run.targets.encode(shares)
            group_weight += targets.weight
            ends_group = step % accumulation == 0 or step == run.batches
            rate = self._rates[(step - 1) // accumulation]
            start += self._look_before(step, batch)
            self._train_step(batch, targets, rate, group_weight if ends_group else None)
            if ends_group:
                run.record.add_step(run.engine.learning_rate())
                group_weight = 0.0
            if is_cold:
                is_cold = False
                (cold,) = self._pending
                self._read_steps(step)
                self._reading.keep(step, cold.handle, self._outcomes[-1])
                now = time.perf_counter()
                run.record.watch.add("firstStep", now - start)
                batches.take_seconds()
                start = now
            else:
                self.timed_images += len(batch)
                if report.is_due():
                    self._report_step(step, self.seconds + time.perf_counter() - start)
            if ends_group:
                start += self._look_after(step)
            if self._wants_checkpoint(step):
                self._read_steps(step)
                self.seconds += time.perf_counter() - start
                self.loader_seconds += batches.take_seconds()
                timed = self.seconds, self.loader_seconds, self.timed_images
                self._save(EpochState(step, self.metrics, *timed, self.consumed.state))
                start = time.perf_counter()
        self._read_steps(run.batches)
        self.seconds += time.perf_counter() - start
        self.loader_seconds += batches.take_seconds()

    def _train_step(self, batch: Batch, targets: Targets, rate: float, divisor: float | None) -> None:
        run = self._run
        masks = masks_of_step(run.engine, run.request, len(batch), run.position.steps_done)
        run.record.state.digests.add_batch(batch.positions, targets, masks)
        step = StepInputs(
            inputs=batch.inputs,
            targets=targets,
            masks=masks,
            learning_rate=rate,
            divisor=divisor,
        )
        is_to_move = rate > 0 and rate >= _MOVING_SHARE * self._phase.optimizer.learning_rate
        self._pending.append(_PendingStep(run.engine.train_step(step), targets, batch.positions, is_to_move))
        run.position.steps_done += 1

    def _read_steps(self, step: int) -> float:
        """Fetches the outcomes of the pending steps, the last of which is `step`, and returns the last loss."""
        run = self._run
        handles = [pending.handle for pending in self._pending]
        outcomes = run.engine.read_steps(handles)
        first = step - len(self._pending) + 1
        self._reading.check(first, handles, outcomes)
        loss = math.nan
        for at, (outcome, pending) in enumerate(zip(outcomes, self._pending, strict=True), start=first):
            loss = outcome.loss
            if not math.isfinite(loss):
                raise loss_not_finite(
                    f"The loss became {loss} at phase {run.position.phase}, epoch {self._epoch}, step {at}."
                )
            if run.record.state.first_step_loss is None:
                run.record.state.first_step_loss = loss
            self._outcomes.append(outcome)
            self.consumed.add(outcome, pending.targets.weight, pending.positions, pending.is_to_move)
            self.metrics.add(loss, pending.targets.weight, outcome.correct, len(pending.targets.labels))
        self._pending.clear()
        # The last step's loss is available before its update is done.
        run.engine.device.synchronize()
        return loss

    def _look_before(self, step: int, batch: Batch) -> float:
        """Opens the window before a batch if it is to be kept, and returns the seconds that this took.

        The device finishes the steps before first, so that their time counts as theirs.
        """
        if self._window is None:
            return 0.0
        seconds = 0.0
        if self._window.opens_before(step):
            self._read_steps(step - 1)
            self._outcomes.clear()
            began = time.perf_counter()
            self._keep(lambda window: window.open(step))
            seconds = time.perf_counter() - began
        self._keep(lambda window: window.add(batch))
        return seconds

    def _look_after(self, step: int) -> float:
        """Closes the window after an optimiser step, and returns the seconds that this took."""
        if self._window is None or not self._window.closes_after(step):
            return 0.0
        self._read_steps(step)
        began = time.perf_counter()
        self._keep(lambda window: window.close(step, self._outcomes))
        return time.perf_counter() - began

    def _keep(self, work: Callable[[StepWindow], None]) -> None:
        """Has the window work, if there is one; a disk without room costs the run its kept steps and nothing else."""
        if self._window is None:
            return
        try:
            work(self._window)
        except OSError as error:
            self._window = self._run.keeper = None
            message = f"No more steps are kept for the other framework to take again: {error}."
            self._run.report.warning("KEPT_STEPS", message)

    def _report_step(self, step: int, seconds: float) -> None:
        run, phase, epoch = self._run, self._phase, self._epoch
        loss = self._read_steps(step)
        pace = self.timed_images / seconds
        left = len(run.splits.train) * (phase.epochs - epoch + 1) - self.metrics.count
        run.report.step(
            StepReport(
                phase=run.position.phase,
                epoch=epoch,
                epochs=phase.epochs,
                step=step,
                steps=run.batches,
                loss=loss,
                images_per_second=pace,
                seconds_left=left / pace,
            )
        )

    def _wants_checkpoint(self, step: int) -> bool:
        """Whether a checkpoint is due after a batch: never within an accumulation group, nor at the epoch's end."""
        every = self._run.request.training.checkpoints.every_steps
        accumulation = self._run.request.training.gradient_accumulation
        return every is not None and step < self._run.batches and step % (every * accumulation) == 0


def loss_not_finite(message: str) -> TwintuneError:
    """The failure of a training that has diverged."""
    return TwintuneError("LOSS_NOT_FINITE", message, "Lower the phase's optimizer.learningRate.")
