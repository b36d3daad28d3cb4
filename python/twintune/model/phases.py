"""The meaning of a phase's settings for the backbone."""

from __future__ import annotations

from typing import Literal

from twintune.backbones import BackboneEntry
from twintune.protocol import Phase, Trainable

BatchNormMode = Literal["inference", "train"]
"""`inference` normalises by the running statistics and keeps them; `train` normalises by the batch's and moves them."""


def keeps_backbone(phase: Phase) -> bool:
    """Whether a phase leaves an aligned backbone unchanged, running statistics too."""
    return phase.trainable == "head" and phase.batch_norm == "inference"


def first_trainable_stage(trainable: Trainable, entry: BackboneEntry) -> int:
    """Index of the first stage that trains; the number of stages if only the head trains."""
    if trainable == "all":
        return 0
    if trainable == "head":
        return len(entry.stages)
    if trainable.from_ is not None:
        return entry.stage_named(trainable.from_)
    return len(entry.stages) - (trainable.last_stages or 0)


def batch_norm_mode_of(phase: Phase) -> BatchNormMode:
    """The mode in which the backbone's BatchNorm layers normalise in a phase.

    Which scales and shifts train is another matter: see `model/parameter_groups.py`.
    """
    return "inference" if phase.batch_norm == "inference" else "train"


def describe_trainable(trainable: Trainable) -> str:
    """Describes what trains: `head`, `all`, `last N stages` or `from STAGE`."""
    if isinstance(trainable, str):
        return trainable
    return f"from {trainable.from_}" if trainable.last_stages is None else f"last {trainable.last_stages} stages"
