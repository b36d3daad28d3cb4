"""Records that the trackers are told of, and what they answer: the twin of `src/protocol/track.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Framework, Message

EndStatus = Literal["finished", "failed", "cancelled"]

TrackerName = Literal["tensorboard", "mlflow", "wandb"]


class MlflowOptions(Message):
    """The server or store of MLflow, and the experiment in it; None leaves either to MLflow's own settings."""

    uri: str | None
    experiment: str | None


class WandbOptions(Message):
    """The project of Weights & Biases; None leaves it to its own settings."""

    project: str | None


class TrackersRecord(Message, tag_field="type", tag="trackers"):
    """The trackers that are wanted. It comes first."""

    tensorboard: bool
    mlflow: MlflowOptions | None
    wandb: WandbOptions | None


class ComparisonRecord(Message, tag_field="type", tag="comparison"):
    """A comparison, whose files are in `folder`; `options` are those of its specification, by their paths.

    `time` is in milliseconds since 1970, here as in the other records.
    """

    name: str
    folder: str
    experiment: str
    options: dict[str, str]
    tags: dict[str, str]
    time: int


class RunRecord(Message, tag_field="type", tag="run"):
    """A run of the comparison; `attempt` counts how often it was begun anew."""

    name: str
    framework: Framework
    seed: int
    attempt: int
    time: int
    repeat: Literal[True] | None = None


class Point(Message):
    """The value of a metric at a step.

    `epoch` counts within the phase and from 1; `step` is the number of batches that the run has trained on.
    """

    metric: str
    value: float
    phase: int
    epoch: int
    step: int
    time: int


class PointsRecord(Message, tag_field="type", tag="points"):
    """Values of the metrics of a run, in the order of their steps."""

    run: str
    points: list[Point]


class RunEndedRecord(Message, tag_field="type", tag="run-ended"):
    """A run has come to an end."""

    run: str
    status: EndStatus
    tags: dict[str, str]
    time: int


class ComparisonEndedRecord(Message, tag_field="type", tag="comparison-ended"):
    """The comparison has come to an end, with the differences in `values` and the verdict in `tags` and `summary`."""

    status: EndStatus
    values: dict[str, float]
    tags: dict[str, str]
    summary: str
    time: int


class FileRecord(Message, tag_field="type", tag="file"):
    """A file to keep as an artefact: of a run, or of the comparison where `run` is None."""

    run: str | None
    file: str
    folder: str | None


TrackRecord = (
    TrackersRecord | ComparisonRecord | RunRecord | PointsRecord | RunEndedRecord | ComparisonEndedRecord | FileRecord
)


class ReadyNews(Message, tag_field="type", tag="ready"):
    """The packages of the trackers are imported."""


class PlaceNews(Message, tag_field="type", tag="place"):
    """The address or folder at which a tracker keeps the comparison."""

    tracker: TrackerName
    place: str


class DoneNews(Message, tag_field="type", tag="done"):
    """A tracker has all that there was, up to the last record."""

    tracker: TrackerName


class ProblemNews(Message, tag_field="type", tag="problem"):
    """A tracker has failed, and gets nothing more."""

    tracker: TrackerName
    code: Literal["PACKAGE_MISSING", "TRACKER_FAILED"]
    message: str
    hint: str | None


TrackNews = ReadyNews | PlaceNews | DoneNews | ProblemNews
