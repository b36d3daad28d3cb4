"""The checkpoints of a run: when they are written, what is in them, and how a run is resumed from one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from twintune.engines.environment import versions
from twintune.record.checkpoints import Checkpoint, CheckpointFolder
from twintune.record.early_stopping import Monitor
from twintune.record.run_state import (
    EpochState,
    RunState,
    checkpoint_mismatch,
    first_difference,
    made_with,
    specification_of,
)
from twintune.record.state_watch import checksums_of
from twintune.system.stopwatch import Pace
from twintune.training.context import RunContext
from twintune.training.head_watch import HeadWatch

FOLDER = "checkpoint"
_AUTO_SECONDS = 10.0
"""The seconds between two `auto` checkpoints: what a resumed run may have to do again, beside an epoch."""


class RunCheckpoints:
    """The checkpoints of one run, written when they are due."""

    def __init__(self, run: RunContext, head_watch: HeadWatch) -> None:
        """Prepares the checkpoints of a run.

        Args:
            run: The run.
            head_watch: The watch that looks at each checkpoint's head.
        """
        request, training = run.request, run.request.training
        restores_best = training.early_stopping is not None and training.early_stopping.restore_best
        self._run = run
        self._head_watch = head_watch
        self._folder = CheckpointFolder(Path(request.run_directory, FOLDER), training.checkpoints.keep, restores_best)
        self._specification = specification_of(request)
        self._split = run.splits.digest
        self._versions = versions(request.framework)
        # A trial's model is deleted: nobody wants the best epoch's, unless the trial itself goes back to it.
        self._keeps_best = restores_best or request.keep_model
        self._pace = Pace(_AUTO_SECONDS)
        self._unwritten_best: tuple[RunState, dict[str, np.ndarray]] | None = None

    def go_on(self) -> Checkpoint | None:
        """Restores the run from its last checkpoint, but for the engine, whose phase has to start first.

        Returns:
            The checkpoint; None if there is none, or if the request isn't to resume.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT if the checkpoint can't be read, CHECKPOINT_MISMATCH if it is of another
                specification, of other data or of other weights, or for a deterministic run of other versions.
        """
        run = self._run
        if not run.request.resume:
            self._folder.clear()
            return None
        checkpoint = self._folder.load_last()
        if checkpoint is None:
            return None
        state = checkpoint.state
        difference = first_difference(self._specification, state.specification)
        if difference is not None:
            raise checkpoint_mismatch(f"another {difference}")
        if state.split != self._split:
            raise checkpoint_mismatch("other images, or other splits of them")
        self._check_versions(state.versions)
        run.record.restore(state.record)
        run.position = state.position
        run.inputs.features_hashed = state.features_hashed
        run.report.run_resumed(state)
        return checkpoint

    def _check_versions(self, theirs: Mapping[str, str]) -> None:
        """Refuses to go on with other packages where the bits are promised, and warns elsewhere."""
        ours = self._versions
        packages = sorted(name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name))
        if not packages:
            return
        difference = ", ".join(
            f"{name} {theirs.get(name, 'missing')}, where {ours.get(name, 'none')} is installed now"
            for name in packages
        )
        if self._run.request.deterministic:
            raise checkpoint_mismatch(difference)
        self._run.report.warning("OTHER_VERSIONS", f"{made_with(difference)} The run goes on with what is installed.")

    def end_epoch(self, monitor: Monitor) -> None:
        """Writes a checkpoint if one is due after an epoch; else keeps the best epoch's in memory."""
        if self._is_due():
            self.save(monitor)
            return
        with self._run.record.watch.part("checkpoint"):
            if self._keeps_best and monitor.best_epoch == self._run.position.epoch:
                # The run and the engine change these objects in place afterwards.
                tensors = {name: tensor.copy() for name, tensor in self._tensors().items()}
                self._unwritten_best = copy.deepcopy(self._state(monitor)), tensors

    def save(self, monitor: Monitor, epoch: EpochState | None = None) -> None:
        """Writes the last checkpoint, which right after the best epoch is the best one too.

        Args:
            monitor: The phase's monitor.
            epoch: The state of the epoch that is under way, if there is one.
        """
        with self._run.record.watch.part("checkpoint"):
            state, files = self._state(monitor, epoch), []
            if self._unwritten_best and not state.is_best:
                # The best checkpoint is written before the last one, which refers to it.
                files.append(self._folder.save_best(*self._unwritten_best))
            files.append(self._folder.save(state, self._tensors()))
            if state.is_best:
                files.append(self._folder.mark_last_as_best())
        self._unwritten_best = None
        self._pace.restart()
        for file in files:
            self._run.report.checkpoint(f"{file.parent.parent.name}/{FOLDER}/{file.name}")

    def restore_best(self) -> None:
        """Gives the engine the weights of the phase's best epoch."""
        tensors = self._folder.load_best().tensors
        weights = {n: tensor for n, tensor in tensors.items() if not n.startswith(("optimizer.", "generator."))}
        self._run.engine.load_state(weights)

    def _is_due(self) -> bool:
        position, every = self._run.position, self._run.request.training.checkpoints.every_epochs
        if position.phase_ended:
            # All that a trial has left to do after its last epoch is its test.
            return self._keeps_best or position.phase < len(self._run.request.training.phases)
        return self._pace.is_due() if every == "auto" else position.epoch % every == 0

    def _state(self, monitor: Monitor, epoch: EpochState | None = None) -> RunState:
        run = self._run
        return RunState(
            specification=self._specification,
            split=self._split,
            # Not of what is written, so that a tensor that was left out is missed when the run is resumed.
            live=checksums_of(run.engine.state(backbone=run.position.backbone_moved)),
            versions=self._versions,
            position=run.position,
            epoch=epoch,
            monitor=monitor.state,
            features_hashed=run.inputs.features_hashed,
            record=run.record.state,
        )

    def _tensors(self) -> Mapping[str, np.ndarray]:
        # A backbone that nothing could change so far is left out: its weights are in their own file, whose digest the
        # record has.
        tensors = self._run.engine.state(backbone=self._run.position.backbone_moved)
        self._head_watch.check_written(tensors)
        return tensors
