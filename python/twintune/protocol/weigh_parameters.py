"""The message that asks for the importance of parameters: the twin of `src/protocol/weigh-parameters.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message
from twintune.protocol.study import Study


class WeighParametersRequest(Message):
    """The study whose parameters are weighed."""

    study: Study


class WeighParametersResult(Message):
    """The share of each parameter in the order of the study, in all 1; None, and the reason, for too few trials."""

    shares: list[float] | None
    problem: str | None
