"""The twin of `src/protocol/find-learning-rate.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest


class LearningRatePoint(Message):
    """A step of a sweep: the loss of its batch, and the smoothed one after it."""

    learning_rate: float
    loss: float
    smoothed_loss: float


class LearningRateSuggestions(Message):
    """What the curve of a sweep suggests; None where it is too short."""

    valley: float | None
    steep: float | None


class FindLearningRateRequest(Message):
    """A sweep of the learning rate over the first phase of a run; both ends are above 0."""

    run: RunRequest
    start: float
    end: float
    steps: int


class FindLearningRateResult(Message):
    """The curve, why it ends, and what it suggests."""

    points: list[LearningRatePoint]
    ended: Literal["finished", "diverged", "notFinite"]
    suggestions: LearningRateSuggestions
    seconds: float
