"""The message that estimates how many pairs are needed: the twin of `src/protocol/pairs-needed.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message


class PairsNeededRequest(Message):
    """Two samples, paired by position; the levels of the tests, and the margin of equivalence.

    `significance` is the two-sided level of a difference, `equivalence` that of each of the two one-sided tests.
    """

    tensorflow: list[float]
    pytorch: list[float]
    significance: float
    equivalence: float
    margin: float | None


class PairsNeededResult(Message):
    """The number of pairs in all that each question needs, or None if no number can be named."""

    difference: int | None
    equivalence: int | None
