"""The message that records the rungs of one engine: the twin of `src/protocol/record-rungs.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest

Trained = Literal["phase", "all"]
"""The part of the model that trains: the first phase's, or all of it with BatchNorm in training mode."""

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
    "tf32",
]


class RecordRungsRequest(Message):
    """A request to compute one engine's rungs and write them to the file `recording`.

    The perturbation is a mistake that is planted in the engine; None for no mistake.
    """

    run: RunRequest
    trained: Trained
    perturbation: PerturbationName | None
    recording: str


class RecordRungsResult(Message):
    """The seconds that the recording took."""

    seconds: float
