"""The look at the engine before and after the steps of an epoch that a run keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from twintune.data.loader import Batch
from twintune.engines.engine import StepOutcome
from twintune.protocol import Phase, StateCheck
from twintune.record.kept_steps import KeptStep, StepKeeper, StepPlace, chosen_steps
from twintune.training.context import RunContext


class StepWindow:
    """The window of one epoch, which opens before a group of batches and closes after its optimiser step."""

    def __init__(self, run: RunContext, phase: Phase, keeper: StepKeeper) -> None:
        """Chooses the steps of the epoch that the run is about to train.

        Args:
            run: The run, whose position is after the epoch before.
            phase: The phase that the epoch is part of.
            keeper: The keeper of the run's steps.
        """
        self._run, self._keeper = run, keeper
        self._epoch = run.position.epoch + 1
        self._accumulation = run.request.training.gradient_accumulation
        self._steps = math.ceil(run.batches / self._accumulation)
        chosen = chosen_steps(phase.epochs, self._steps, run.request.keep_steps)
        self._chosen = {step for epoch, step in chosen if epoch == self._epoch}
        self._looks_back = self._epoch == 2
        self._step: KeptStep | None = None

    def opens_before(self, batch: int) -> bool:
        """Whether there is something to look at before a batch, counted from 1 within the epoch."""
        begins_group = (batch - 1) % self._accumulation == 0
        return begins_group and (self._step_of(batch) in self._chosen or (self._looks_back and batch == 1))

    def open(self, batch: int) -> None:
        """Looks at the engine before a batch."""
        run, state = self._run, self._state()
        self._compare_with_left(batch, state)
        if self._step_of(batch) not in self._chosen:
            return
        self._step = KeptStep(
            place=StepPlace(run.position.phase, self._epoch, self._step_of(batch)),
            epochs_done=run.position.epochs_done,
            steps_done=run.position.steps_done,
            first_batch=batch - 1,
            batches=min(self._accumulation, run.batches - batch + 1),
            first_stage=run.inputs.first_stage,
        )
        self._keeper.begin(self._step, state)

    def add(self, batch: Batch) -> None:
        """Keeps which images the engine is given, and for features or activations their values."""
        if self._step is None:
            return
        positions = (*self._step.positions, tuple(batch.positions.tolist()))
        self._step = msgspec.structs.replace(self._step, positions=positions)
        if self._step.first_stage > 0:
            self._keeper.add_inputs(np.asarray(batch.inputs))

    def closes_after(self, batch: int) -> bool:
        """Whether there is something to look at after a batch that ends its group."""
        return self._step is not None or self._ends_first_epoch(batch)

    def close(self, batch: int, outcomes: Sequence[StepOutcome]) -> None:
        """Looks at the engine after an optimiser step.

        Args:
            batch: The number of the last batch, from 1.
            outcomes: The outcomes of the latest batches.
        """
        state = self._state()
        if self._step is not None:
            own = outcomes[-self._step.batches :]
            losses, right = tuple(outcome.loss for outcome in own), sum(outcome.correct for outcome in own)
            self._keeper.end(msgspec.structs.replace(self._step, losses=losses, right=right), state)
            self._run.record.state.trained[-1].kept_steps += 1
            self._step = None
        if self._ends_first_epoch(batch) or self._step_of(batch) + 1 in self._chosen:
            # The step that follows is looked at too.
            self._keeper.watch.leave(state)
            self._keeper.left_after = self._run.position.steps_done

    def _compare_with_left(self, batch: int, state: Mapping[str, np.ndarray]) -> None:
        """Compares the state with that after the step before, if that step was looked at."""
        begins_phase = (self._epoch, batch) == (1, 1)
        if begins_phase or self._keeper.left_after != self._run.position.steps_done:
            return
        changed = self._keeper.watch.changed(state)
        self._keeper.left_after = None
        if batch == 1 or changed is not None:
            at = f"before step {self._step_of(batch)} of epoch {self._epoch}"
            self._run.record.add_check(StateCheck(at=at, changed=changed))

    def _ends_first_epoch(self, batch: int) -> bool:
        return self._epoch == 1 and batch == self._run.batches

    def _step_of(self, batch: int) -> int:
        return (batch - 1) // self._accumulation + 1

    def _state(self) -> Mapping[str, np.ndarray]:
        return self._run.engine.state(backbone=self._run.position.backbone_moved)
