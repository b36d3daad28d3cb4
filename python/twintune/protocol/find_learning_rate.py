"""The message that sweeps the learning rate: the twin of `src/protocol/find-learning-rate.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest


class LearningRatePoint(Message):
    """A step of a sweep: the loss of its batch before the step, and the exponentially smoothed loss so far."""

    learning_rate: float
    loss: float
    smoothed_loss: float


class LearningRateSuggestions(Message):
    """The learning rates that a sweep suggests; each is None where the curve is too short."""

    valley: float | None
    steep: float | None


class FindLearningRateRequest(Message):
    """A sweep of the learning rate over the first phase of a run; both ends are above 0."""

    run: RunRequest
    start: float
    end: float
    steps: int


class FindLearningRateResult(Message):
    """The curve of a sweep, why it ended, and the learning rates that it suggests."""

    points: list[LearningRatePoint]
    ended: Literal["finished", "diverged", "notFinite"]
    suggestions: LearningRateSuggestions
    seconds: float
