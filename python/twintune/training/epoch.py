"""A training epoch: one pass over the training images, batch by batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from twintune.data.loader import Batch
from twintune.data.targets import Targets
from twintune.engines.engine import StepInputs
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import Accumulator
from twintune.protocol import Phase, StepReport
from twintune.record.run_state import EpochState
from twintune.system.stopwatch import Waiting
from twintune.training.context import RunContext
from twintune.training.masks import masks_of_step


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
        self._pending: list[tuple[object, Targets]] = []

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
            self._train_step(batch, targets, rate, group_weight if ends_group else None)
            if ends_group:
                run.record.add_step(run.engine.learning_rate())
                group_weight = 0.0
            if is_cold:
                is_cold = False
                self._read_steps(step)
                now = time.perf_counter()
                run.record.watch.add("firstStep", now - start)
                batches.take_seconds()
                start = now
            else:
                self.timed_images += len(batch)
                if report.is_due():
                    self._report_step(step, self.seconds + time.perf_counter() - start)
            if self._wants_checkpoint(step):
                self._read_steps(step)
                self.seconds += time.perf_counter() - start
                self.loader_seconds += batches.take_seconds()
                self._save(EpochState(step, self.metrics, self.seconds, self.loader_seconds, self.timed_images))
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
        self._pending.append((run.engine.train_step(step), targets))
        run.position.steps_done += 1

    def _read_steps(self, step: int) -> float:
        """Fetches the outcomes of the pending steps, the last of which is `step`, and returns the last loss."""
        run = self._run
        outcomes = run.engine.read_steps([handle for handle, _ in self._pending])
        first = step - len(self._pending) + 1
        loss = math.nan
        for at, (outcome, (_, targets)) in enumerate(zip(outcomes, self._pending, strict=True), start=first):
            loss = outcome.loss
            if not math.isfinite(loss):
                raise loss_not_finite(
                    f"The loss became {loss} at phase {run.position.phase}, epoch {self._epoch}, step {at}."
                )
            if run.record.state.first_step_loss is None:
                run.record.state.first_step_loss = loss
            self.metrics.add(loss, targets.weight, outcome.correct, len(targets.labels))
        self._pending.clear()
        # The last step's loss is available before its update is done.
        run.engine.device.synchronize()
        return loss

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
