"""The progress reports of a run (see `src/protocol/progress.ts`)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from twintune.engines.engine import PhaseFacts
from twintune.model.phases import describe_trainable
from twintune.protocol import EpochRecord, EvaluationMetrics, LearningRatePoint, Phase
from twintune.record.run_state import Position, RunState
from twintune.system.stopwatch import Pace

_SECONDS_BETWEEN_REPORTS = 0.25


class Reporter:
    """A sender of progress reports; each method that sends may raise `Cancelled`."""

    def __init__(self, emit: Callable[[object], None]) -> None:
        self._emit = emit
        self._pace = Pace(_SECONDS_BETWEEN_REPORTS)

    def is_due(self) -> bool:
        """Whether it is time for the next report on steps."""
        return self._pace.is_due()

    def run_resumed(self, state: RunState) -> None:
        """Reports that the run goes on from a checkpoint."""
        self._emit(
            {
                "type": "run-resumed",
                "phase": state.position.phase,
                "epoch": state.position.epoch,
                "step": state.epoch.batches if state.epoch else 0,
                "epochs": [msgspec.to_builtins(record) for record in state.record.epochs],
            }
        )

    def stage(self, stage: str) -> None:
        """Reports that a stage other than training steps begins."""
        self._emit({"type": "stage", "stage": stage})

    def stage_progress(self, stage: str, done: int, total: int) -> None:
        """Reports the number of images that a stage has finished, a few times a second and at the stage's end."""
        if done == total or self._pace.is_due():
            self._emit({"type": "stage", "stage": stage, "done": done, "total": total})

    def features_stage(self, is_cached: bool) -> None:
        """Reports that a frozen backbone's features are computed, or read if all of them are in the cache."""
        self._emit({"type": "stage", "stage": "features", **({"cached": True} if is_cached else {})})

    def phase_started(self, number: int, phases: int, phase: Phase, facts: PhaseFacts, step_input: str) -> None:
        """Reports that a phase's model and optimiser are ready."""
        self._emit(
            {
                "type": "phase-started",
                "phase": number,
                "phases": phases,
                "epochs": phase.epochs,
                "trainable": describe_trainable(phase.trainable),
                "trainableParameters": facts.trainable_parameters,
                "input": step_input,
            }
        )

    def step(
        self,
        phase: int,
        epoch: int,
        epochs: int,
        step: int,
        steps: int,
        loss: float,
        images_per_second: float,
        seconds_left: float,
    ) -> None:
        """Reports a training step: its place in the phase, its loss and the pace."""
        self._emit(
            {
                "type": "step",
                "phase": phase,
                "epoch": epoch,
                "epochs": epochs,
                "step": step,
                "steps": steps,
                "loss": loss,
                "imagesPerSecond": images_per_second,
                "secondsLeft": seconds_left,
            }
        )

    def sweep_step(self, step: int, steps: int, point: LearningRatePoint) -> None:
        """Reports that a step of a learning-rate sweep is done."""
        self._emit(
            {
                "type": "sweep-step",
                "step": step,
                "steps": steps,
                "learningRate": point.learning_rate,
                "smoothedLoss": point.smoothed_loss,
            }
        )

    def epoch(self, record: EpochRecord, epochs: int) -> None:
        """Reports that an epoch has ended."""
        self._emit({"type": "epoch", "epochs": epochs, **msgspec.to_builtins(record)})

    def phase_finished(
        self, position: Position, epochs: int, ended_early: str | None, best_epoch: int | None, weights_of: int
    ) -> None:
        """Reports that a phase has ended, why, and with which epoch's weights."""
        self._emit(
            {
                "type": "phase-finished",
                "phase": position.phase,
                "epochs": epochs,
                "epochsDone": position.epoch,
                "endedEarly": ended_early,
                "bestEpoch": best_epoch,
                "weightsOf": weights_of,
            }
        )

    def evaluation(self, metrics: EvaluationMetrics, count: int) -> None:
        """Reports that the test is done, with its metrics."""
        self._emit({"type": "evaluation", "split": "test", "count": count, **msgspec.to_builtins(metrics)})

    def checkpoint(self, path: str) -> None:
        """Reports that a checkpoint was written to `path`, relative to the comparison's folder."""
        self._emit({"type": "checkpoint", "path": path})

    def warning(self, code: str, message: str) -> None:
        """Reports a warning that the user should see."""
        self._emit({"type": "warning", "code": code, "message": message})
