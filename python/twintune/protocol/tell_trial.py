"""The message that tells how a trial has ended: the twin of `src/protocol/tell-trial.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.study import Study


class TellTrialRequest(Message):
    """The end of a trial; the objective is None unless the trial is complete."""

    study: Study
    trial: int
    state: Literal["complete", "pruned", "fail"]
    value: float | None


class TellTrialResult(Message):
    """An answer without content, once the study has the trial's end."""
