"""The message that reports an epoch of a trial: the twin of `src/protocol/report-trial.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message
from twintune.protocol.study import Study


class ReportTrialRequest(Message):
    """The objective of a trial after so many epochs in all phases."""

    study: Study
    trial: int
    epoch: int
    value: float


class ReportTrialResult(Message):
    """Whether the trial should end."""

    prunes: bool
