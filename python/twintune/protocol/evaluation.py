"""The results of an evaluation: the twin of `src/protocol/evaluation.ts`."""

from __future__ import annotations

import msgspec

from twintune.protocol.message import Message


class EvaluationMetrics(Message):
    """The metrics of a model on a split; all are from 0 to 1 but `loss`, the mean cross-entropy in nats.

    `top_five_accuracy` is None where there are five classes or fewer.
    """

    accuracy: float
    top_five_accuracy: float | None
    macro_f1: float = msgspec.field(name="macroF1")
    loss: float
    calibration_error: float


class ClassEvaluation(Message):
    """The scores of one class in the test; a score is None where its denominator is 0."""

    name: str = msgspec.field(name="class")
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class TopLoss(Message):
    """An image of the test that the model is most wrong about; `probability` is the predicted class's."""

    image: str
    label: str
    predicted: str
    probability: float
    loss: float


class CalibrationBin(Message):
    """The images of the test whose answers have a probability between two bounds; the means are None for no image."""

    images: int
    confidence: float | None
    accuracy: float | None


class Evaluation(Message):
    """The test in detail: what evaluation.json holds (see `src/protocol/evaluation.ts`)."""

    classes: list[str]
    confusion: list[list[int]]
    per_class: list[ClassEvaluation]
    top_losses: list[TopLoss]
    calibration: list[CalibrationBin] = msgspec.field(default_factory=list)
