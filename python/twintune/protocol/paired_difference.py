"""The message that tests a paired difference: the twin of `src/protocol/paired-difference.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message


class PairedDifferenceRequest(Message):
    """Two samples, paired by position, and a nominal confidence level (0 to 1)."""

    tensorflow: list[float]
    pytorch: list[float]
    level: float


class PairedDifferenceResult(Message):
    """The mean of TensorFlow minus PyTorch; the interval and the p-value are None for a single pair.

    `level` is the confidence level that the interval attains, 0 to 1.
    """

    mean: float
    interval: tuple[float, float] | None
    level: float | None
    p_value: float | None
