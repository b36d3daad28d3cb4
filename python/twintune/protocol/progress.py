"""The progress reports that Python sends while it works on a request: the twin of `src/protocol/progress.ts`.

An event of a run is a report to which TypeScript has added the time and the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from twintune.protocol.evaluation import EvaluationMetrics
from twintune.protocol.message import ExportFormat, Message
from twintune.protocol.result import EpochRecord, StepInput

Stage = Literal["data", "build", "features", "evaluate", "profile"]
"""The parts of a run that are not training steps."""


class RunPlacedReport(Message, tag_field="type", tag="run-placed"):
    """A run is carried out on a node of a cluster; `moved_from` is the lost node that it was on before, or None.

    The driver sends it, which imports no msgspec: this struct is what it sends.
    """

    node: str
    pid: int
    moved_from: str | None


class RunResumedReport(Message, tag_field="type", tag="run-resumed"):
    """A run goes on from its last checkpoint.

    `epoch` is the number of epochs done in the phase, `step` the number of batches done in the epoch after them, and
    `epochs` has the records of all epochs done before, in all phases.
    """

    phase: int
    epoch: int
    step: int
    epochs: list[EpochRecord]


class StageReport(Message, tag_field="type", tag="stage", omit_defaults=True):
    """A stage begins, or has finished `done` of `total` images (of a profile: steps).

    `cached` is True if all features come from the cache. Fields that are None are not sent.
    """

    stage: Stage
    done: int | None = None
    total: int | None = None
    cached: Literal[True] | None = None


class PhaseStartedReport(Message, tag_field="type", tag="phase-started"):
    """A phase's model and optimiser are ready; `phase` counts from 1, and `steps` are the batches of an epoch."""

    phase: int
    phases: int
    epochs: int
    trainable: str
    trainable_parameters: int
    input: StepInput
    steps: int


class StepReport(Message, tag_field="type", tag="step"):
    """A training step is done; `epoch` and `step` count from 1, and `seconds_left` is an estimate for the phase."""

    phase: int
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    images_per_second: float
    seconds_left: float


class SweepStepReport(Message, tag_field="type", tag="sweep-step"):
    """A step of a learning-rate sweep is done; `step` counts from 1."""

    step: int
    steps: int
    learning_rate: float
    smoothed_loss: float


class EpochReport(EpochRecord, kw_only=True, tag_field="type", tag="epoch"):
    """An epoch has ended; `epochs` is the number of epochs planned for its phase."""

    epochs: int


class PhaseFinishedReport(Message, tag_field="type", tag="phase-finished"):
    """A phase has ended, with the weights of the epoch `weights_of`.

    `epochs` is the number of epochs planned and `epochs_done` the number trained. `ended_early` is the reason why
    fewer were trained, or None. `best_epoch` is None without validation images.
    """

    phase: int
    epochs: int
    epochs_done: int
    ended_early: str | None
    best_epoch: int | None
    weights_of: int


class EvaluationReport(EvaluationMetrics, kw_only=True, tag_field="type", tag="evaluation"):
    """The test on `count` images is done."""

    split: Literal["test"]
    count: int


class CheckpointReport(Message, tag_field="type", tag="checkpoint"):
    """A checkpoint was written to `path`, relative to the comparison's folder."""

    path: str


WarningCode = Literal[
    "CLASS_WEIGHTS",
    "DATASET",
    "FEATURE_CACHE",
    "IMAGE_SIZE",
    "KEPT_STEPS",
    "LOSS_SCALING",
    "NODE_BUSY",
    "OTHER_VERSIONS",
    "PROFILE",
]
"""Every code that a warning can have: the twin of `reportedWarningCodes` in `src/protocol/progress.ts`."""


class WarningReport(Message, tag_field="type", tag="warning"):
    """A warning that the user should see."""

    code: WarningCode
    message: str


class CheckedReport(Message, tag_field="type", tag="checked"):
    """The check of a data set has looked at `done` of `total` images.

    It is the only report of `describe-data` and `compare-predictions`.
    """

    done: int
    total: int


class ExportingReport(Message, tag_field="type", tag="exporting"):
    """An artefact of an export is being written, or run on the test images in its own runtime."""

    format: ExportFormat
    step: Literal["write", "check"]


RunProgress = (
    RunPlacedReport
    | RunResumedReport
    | StageReport
    | PhaseStartedReport
    | StepReport
    | EpochReport
    | PhaseFinishedReport
    | EvaluationReport
    | CheckpointReport
    | WarningReport
)
"""The progress reports of the message `run`."""

RecordingProgress = StageReport | WarningReport
"""The progress reports of `record-rungs`, `describe-idiomatic` and `measure-differences`, which profile no step."""

SweepProgress = StageReport | WarningReport | SweepStepReport
"""The progress reports of the message `find-learning-rate`."""

ExportProgress = CheckedReport | ExportingReport
"""The progress reports of the message `export-model`."""

Progress = RunProgress | SweepProgress | ExportProgress
"""Any progress report."""

Emit = Callable[[Progress], None]
"""Sends a report to TypeScript; raises `Cancelled` when the work should stop."""

EmitChecked = Callable[[CheckedReport], None]
"""An `Emit` that takes the reports of a data check alone."""

EmitExporting = Callable[[ExportProgress], None]
"""An `Emit` that takes the reports of an export alone."""
