"""The message that exports a trained model: the twin of `src/protocol/export-model.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.evaluation import EvaluationMetrics
from twintune.protocol.load_model import TrainedModelDescription
from twintune.protocol.message import ExportFormat, Message
from twintune.protocol.run import RunRequest


class ExportModelRequest(Message):
    """The run whose model is exported, with the folder of a finished run, and an empty folder for the artefacts."""

    run: RunRequest
    formats: list[ExportFormat]
    folder: str


class ExportedFile(Message):
    """A file of an artefact, with its path in the folder of the export."""

    file: str
    bytes: int


class ExportTie(Message):
    """A test image that the artefact takes for another class than the run did, within rounding.

    `gap` is the distance of the run's two largest outputs, as a share of the largest output of the test.
    """

    position: int
    image: str
    label: str
    run: str
    artefact: str
    gap: float


class ExportedArtefact(Message):
    """An artefact, and its test in its own runtime, in a process that didn't import twintune.

    `difference` is the largest one of two outputs, as a share of the largest output of the test; `bound` is the largest
    one that rounding explains.
    """

    format: ExportFormat
    files: list[ExportedFile]
    runtime: str
    metrics: EvaluationMetrics
    difference: float
    bound: float
    ties: list[ExportTie]


class StartWeights(Message):
    """The weights that the backbone began with; `licence` is None where nothing on this machine says it."""

    source: str
    licence: str | None


class ExportModelResult(Message):
    """The artefacts of a trained model; `metrics` are those of the outputs that the run kept of its test.

    `accuracy_interval` is Wilson's interval of 95% for the accuracy on images of the same kind.
    """

    model: TrainedModelDescription
    weights: StartWeights
    output: Literal["logits", "probabilities"]
    images: int
    metrics: EvaluationMetrics
    accuracy_interval: tuple[float, float]
    artefacts: list[ExportedArtefact]
    versions: dict[str, str]
