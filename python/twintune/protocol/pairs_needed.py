"""The message that estimates how many pairs are needed: the twin of `src/protocol/pairs-needed.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message


class PairsNeededRequest(Message):
    """Two samples, paired by position; the two-sided significance of a difference, and the margin of equivalence."""

    tensorflow: list[float]
    pytorch: list[float]
    significance: float
    margin: float | None


class PairsNeededResult(Message):
    """The number of pairs in all that each question needs, or None if no number can be named."""

    difference: int | None
    equivalence: int | None
