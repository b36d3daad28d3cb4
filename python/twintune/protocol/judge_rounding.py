"""The message that judges rounding errors: the twin of `src/protocol/judge-rounding.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message, Precision

RoundedRungName = Literal["features", "logits", "loss", "gradients", "steps", "batch-norm"]


class Recordings(Message):
    """Two recordings of one engine: `exact` in float64, and `rounded` in the precision whose rounding is looked at."""

    exact: str
    rounded: str


class JudgeRoundingRequest(Message):
    """The recordings of both engines."""

    tensorflow: Recordings
    pytorch: Recordings


class PlaceErrors(Message):
    """The errors of both engines at one place; None where one is not finite."""

    tensorflow: float | None
    pytorch: float | None


class Rounding(Message):
    """The rounding errors of both engines on one rung.

    An error is a root mean square of differences from the engine's own float64 values, relative to these.

    Each engine's error is its largest on the rung; `ratio` is the largest quotient of the two errors, at the place
    `where`, and `errors` are those two.
    """

    rung: RoundedRungName
    precision: Precision
    tensorflow: float | None
    pytorch: float | None
    passed: bool
    judged: bool
    ratio: float | None
    where: str | None
    errors: PlaceErrors | None


class JudgeRoundingResult(Message):
    """The rungs that have a rounding error, from the bottom up."""

    rounding: list[Rounding]
