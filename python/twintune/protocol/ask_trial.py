"""The message that asks for the values of a trial: the twin of `src/protocol/ask-trial.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message
from twintune.protocol.study import Study


class AskTrialRequest(Message):
    """A trial by its number in the sweep, and the values that it is to have if they are known beforehand."""

    study: Study
    trial: int
    fixed: list[float] | None


class AskTrialResult(Message):
    """The values of the trial in the order of the study's parameters."""

    values: list[float]
