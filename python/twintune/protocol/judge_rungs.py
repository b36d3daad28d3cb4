"""The message that judges the rungs of the parity ladder: the twin of `src/protocol/judge-rungs.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.record_rungs import Trained

RungName = Literal[
    "pixels",
    "weights",
    "features",
    "logits",
    "loss",
    "gradients",
    "optimizer",
    "steps",
    "batch-norm",
    "evaluation",
]


class JudgeRungsRequest(Message):
    """The recordings of the two engines in float64."""

    tensorflow: str
    pytorch: str
    trained: Trained


class Rung(Message):
    """The agreement of two engines on one rung; `where` is the first place beyond its bound, else the worst."""

    rung: RungName
    trained: Trained
    precision: Literal["float64"]
    passed: bool
    worst: float | None
    bound: float
    limit: float | None
    where: str | None
    tensorflow: float | None
    pytorch: float | None
    known: str | None
    note: str | None


class JudgeRungsResult(Message):
    """The judged rungs of the ladder, from the bottom up."""

    rungs: list[Rung]
