"""What an evaluation came to: the twin of `src/protocol/evaluation.ts`."""

from __future__ import annotations

import msgspec

from twintune.protocol.message import Message


class EvaluationMetrics(Message):
    """What the model is worth on a split; all from 0 to 1 but the mean cross-entropy (nats).

    `top_five_accuracy` is None where there are five classes or fewer.
    """

    accuracy: float
    top_five_accuracy: float | None
    macro_f1: float = msgspec.field(name="macroF1")
    loss: float
    calibration_error: float


class ClassEvaluation(Message):
    """One class of the test; a score is None where nothing can be divided by."""

    name: str = msgspec.field(name="class")
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class TopLoss(Message):
    """An image of the test that the model is most wrong about; `probability` is of the predicted class."""

    image: str
    label: str
    predicted: str
    probability: float
    loss: float


class Evaluation(Message):
    """The test in detail: what evaluation.json holds (see `src/protocol/evaluation.ts`)."""

    classes: list[str]
    confusion: list[list[int]]
    per_class: list[ClassEvaluation]
    top_losses: list[TopLoss]
