"""When a run's checkpoints are written, what is in them, and how a run goes on from one."""

from __future__ import annotations

from pathlib import Path

from twintune.checkpoints import Checkpoint, CheckpointFolder
from twintune.digests import digest_text
from twintune.early_stopping import Monitor
from twintune.run_context import RunContext
from twintune.run_state import (
    FORMAT,
    EpochState,
    RunState,
    checkpoint_mismatch,
    first_difference,
    specification_of,
)

FOLDER = "checkpoint"


class RunCheckpoints:
    """The checkpoints of one run."""

    def __init__(self, run: RunContext) -> None:
        request = run.request
        self._run = run
        self._folder = CheckpointFolder(Path(request.run_directory, FOLDER), request.training.checkpoints)
        self._specification = specification_of(request)
        self._split = digest_text([run.splits.membership, *run.splits.contents.values()])

    def go_on(self) -> Checkpoint | None:
        """Takes the run to where its last checkpoint was written, but for the engine, whose phase has to start first.

        Returns:
            The checkpoint; None where there is none, or where the run was asked to begin anew.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT, or CHECKPOINT_MISMATCH when it is of another specification, of other
                data or of other weights.
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
        run.record.restore(state.record)
        run.position = state.position
        run.inputs.features_hashed = state.features_hashed
        run.report.run_resumed(state)
        return checkpoint

    def is_due(self, monitor: Monitor) -> bool:
        """Whether a checkpoint is to be written after the epoch that has just ended."""
        position, every = self._run.position, self._run.request.training.checkpoints.every_epochs
        return position.phase_ended or position.epoch == monitor.best_epoch or position.epoch % every == 0

    def save(self, monitor: Monitor, epoch: EpochState | None = None) -> None:
        """Writes the last checkpoint, which is the best one too right after the best epoch.

        Args:
            monitor: Of the phase.
            epoch: The epoch that is under way, when there is one.
        """
        run = self._run
        with run.record.watch.part("checkpoint"):
            state = RunState(
                format=FORMAT,
                specification=self._specification,
                split=self._split,
                position=run.position,
                epoch=epoch,
                monitor=monitor.state,
                features_hashed=run.inputs.features_hashed,
                record=run.record.state(),
            )
            # A backbone that nothing could change so far is in its file of weights, whose digest the record has.
            files = [self._folder.save(state, run.engine.state(backbone=run.position.backbone_moved))]
            if epoch is None and monitor.best_epoch == run.position.epoch:
                files.append(self._folder.mark_last_as_best())
        for file in files:
            run.report.checkpoint(f"{file.parent.parent.name}/{FOLDER}/{file.name}")

    def restore_best(self) -> None:
        """Gives the engine the weights of the phase's best epoch."""
        tensors = self._folder.load_best().tensors
        weights = {n: tensor for n, tensor in tensors.items() if not n.startswith(("optimizer.", "generator."))}
        self._run.engine.load_state(weights)
