"""The twin of `src/protocol/judge-rounding.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message, Precision

RoundedRungName = Literal["features", "logits", "loss", "gradients", "steps", "batch-norm"]


class Recordings(Message):
    """Two recordings of one engine: in float64, and in the precision whose rounding is looked at."""

    exact: str
    rounded: str


class JudgeRoundingRequest(Message):
    """Of both engines."""

    tensorflow: Recordings
    pytorch: Recordings


class Rounding(Message):
    """How exact each engine is on one rung: root mean squares, relative to the values of its own float64.

    Each engine's error is its largest on the rung; `ratio` is the largest that the two have anywhere, at `where`.
    """

    rung: RoundedRungName
    precision: Precision
    tensorflow: float | None
    pytorch: float | None
    passed: bool
    judged: bool
    ratio: float | None
    where: str | None


class JudgeRoundingResult(Message):
    """The rungs that have a rounding error, from the bottom up."""

    rounding: list[Rounding]
