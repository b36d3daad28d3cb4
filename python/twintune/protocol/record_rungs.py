"""The twin of `src/protocol/record-rungs.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest

Trained = Literal["phase", "all"]
"""What of the model trains: what the first phase says, or all of it with BatchNorm in training mode."""

PerturbationName = Literal[
    "weight",
    "adam-epsilon",
    "weight-decay",
    "bn-epsilon",
    "bn-momentum",
    "bn-mode",
    "padding",
    "resize",
    "normalization",
    "head-init",
    "batch-order",
    "label-smoothing",
    "precision",
]


class RecordRungsRequest(Message):
    """What one engine is to compute and write to the file `recording`; the perturbation is planted in it."""

    run: RunRequest
    trained: Trained
    perturbation: PerturbationName | None
    recording: str


class RecordRungsResult(Message):
    """The recording is written."""

    seconds: float
