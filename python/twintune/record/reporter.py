"""The progress reports of a run (see `src/protocol/progress.ts`)."""

from __future__ import annotations

import msgspec

from twintune.engines.engine import PhaseFacts
from twintune.model.phases import describe_trainable
from twintune.protocol import (
    CheckpointReport,
    Emit,
    EpochRecord,
    EpochReport,
    EvaluationMetrics,
    EvaluationReport,
    LearningRatePoint,
    Phase,
    PhaseFinishedReport,
    PhaseStartedReport,
    RunResumedReport,
    Stage,
    StageReport,
    StepReport,
    SweepStepReport,
    WarningCode,
    WarningReport,
)
from twintune.record.run_state import Position, RunState
from twintune.system.stopwatch import Pace

_SECONDS_BETWEEN_REPORTS = 0.25


class Reporter:
    """A sender of progress reports; each method that sends may raise `Cancelled`."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._pace = Pace(_SECONDS_BETWEEN_REPORTS)

    def is_due(self) -> bool:
        """Whether it is time for the next report on steps."""
        return self._pace.is_due()

    def run_resumed(self, state: RunState) -> None:
        """Reports that the run goes on from a checkpoint."""
        position, batches = state.position, state.epoch.batches if state.epoch else 0
        self._emit(RunResumedReport(position.phase, position.epoch, batches, state.record.epochs))

    def stage(self, stage: Stage) -> None:
        """Reports that a stage other than training steps begins."""
        self._emit(StageReport(stage))

    def stage_progress(self, stage: Stage, done: int, total: int) -> None:
        """Reports the number of images that a stage has finished, a few times a second and at the stage's end."""
        if done == total or self._pace.is_due():
            self._emit(StageReport(stage, done, total))

    def features_stage(self, is_cached: bool) -> None:
        """Reports that a frozen backbone's features are computed, or read if all of them are in the cache."""
        self._emit(StageReport("features", cached=True if is_cached else None))

    def phase_started(
        self, number: int, phases: int, phase: Phase, facts: PhaseFacts, step_input: str, steps: int
    ) -> None:
        """Reports that a phase's model and optimiser are ready, and how many batches an epoch has."""
        self._emit(
            PhaseStartedReport(
                phase=number,
                phases=phases,
                epochs=phase.epochs,
                trainable=describe_trainable(phase.trainable),
                trainable_parameters=facts.trainable_parameters,
                input=step_input,
                steps=steps,
            )
        )

    def step(self, report: StepReport) -> None:
        """Reports a training step: its place in the phase, its loss and the pace."""
        self._emit(report)

    def sweep_step(self, step: int, steps: int, point: LearningRatePoint) -> None:
        """Reports that a step of a learning-rate sweep is done."""
        self._emit(SweepStepReport(step, steps, point.learning_rate, point.smoothed_loss))

    def epoch(self, record: EpochRecord, epochs: int) -> None:
        """Reports that an epoch has ended."""
        self._emit(EpochReport(**msgspec.structs.asdict(record), epochs=epochs))

    def phase_finished(
        self, position: Position, epochs: int, ended_early: str | None, best_epoch: int | None, weights_of: int
    ) -> None:
        """Reports that a phase has ended, why, and with which epoch's weights."""
        self._emit(PhaseFinishedReport(position.phase, epochs, position.epoch, ended_early, best_epoch, weights_of))

    def evaluation(self, metrics: EvaluationMetrics, count: int) -> None:
        """Reports that the test is done, with its metrics."""
        self._emit(EvaluationReport(**msgspec.structs.asdict(metrics), split="test", count=count))

    def checkpoint(self, path: str) -> None:
        """Reports that a checkpoint was written to `path`, relative to the comparison's folder."""
        self._emit(CheckpointReport(path))

    def warning(self, code: WarningCode, message: str) -> None:
        """Reports a warning that the user should see."""
        self._emit(WarningReport(code, message))
