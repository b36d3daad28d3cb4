"""What a run knows of itself at one moment, so that it can go on from there: the header of a checkpoint."""

from __future__ import annotations

from typing import Any

import msgspec

from twintune.engines.engine import PhaseFacts
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import Accumulator
from twintune.protocol import EpochRecord, RunRequest, TrainedPhase
from twintune.record.early_stopping import MonitorState
from twintune.record.epoch_digests import ChainState

FORMAT = 3
"""Changes with any change of what is below."""


class EpochState(msgspec.Struct, frozen=True):
    """An epoch that is under way."""

    batches: int
    """Those done."""
    metrics: Accumulator
    seconds: float
    loader_seconds: float
    timed_images: int


class RecordState(msgspec.Struct, frozen=True):
    """The evidence so far (see `twintune.record.run_record`); digests are in hexadecimal."""

    architecture: str
    parameters: int
    weights: str
    head_init: str
    digests: dict[str, ChainState]
    test_pixels: str
    phases: list[PhaseFacts]
    losses: list[str]
    trained: list[TrainedPhase]
    epochs: list[EpochRecord]
    first_step_loss: float | None
    feature_images: int
    seconds: dict[str, float]


class Position(msgspec.Struct):
    """How far a run has come. All that is drawn is drawn by (seed, purpose, one of these counters)."""

    phase: int = 1
    epoch: int = 0
    """Epochs done in the phase."""
    phase_ended: bool = False
    """Whether the phase takes no more epochs."""
    epochs_done: int = 0
    """Over all phases."""
    steps_done: int = 0
    """Over all phases."""
    backbone_moved: bool = False
    """Whether any phase so far could have changed the backbone."""

    def start_phase(self, number: int) -> None:
        """Goes to the beginning of a phase."""
        self.phase, self.epoch, self.phase_ended = number, 0, False


class RunState(msgspec.Struct, frozen=True):
    """A run at one moment."""

    format: int
    specification: dict[str, Any]
    split: str
    """Digest of the images' identities, labels and bytes in each split."""
    position: Position
    epoch: EpochState | None
    monitor: MonitorState
    features_hashed: bool
    """Whether the pixels of the features that the phase trains on are in the record's digest."""
    record: RecordState

    @property
    def is_best(self) -> bool:
        """Whether the run is right behind the phase's best epoch."""
        best = self.monitor.best
        return self.epoch is None and best is not None and best.epoch == self.position.epoch


def checkpoint_mismatch(difference: str) -> TwintuneError:
    """The failure of a checkpoint that this run can't go on from.

    Args:
        difference: What the checkpoint was made with.
    """
    return TwintuneError(
        "CHECKPOINT_MISMATCH",
        f"The run's last checkpoint was made with {difference}.",
        "Put back what was changed since, or start a new run with `twintune compare`.",
    )


def specification_of(request: RunRequest) -> dict[str, Any]:
    """What a run must have in common with the checkpoint that it goes on from: its request without places.

    The data and the weights are known by their digests instead.
    """
    # As a checkpoint's header gives it back, which knows no tuples.
    specification = msgspec.json.decode(msgspec.json.encode(request))
    for place in ("twintune", "resume", "runDirectory", "cacheDirectory", "torchPython"):
        del specification[place]
    # Features are the same wherever they come from.
    for setting in ("featureCache", "featureCacheBytes"):
        del specification[setting]
    for place in ("train", "validation", "test"):
        specification["dataset"].pop(place, None)
    specification["model"]["weights"].pop("path", None)
    return specification


def first_difference(ours: Any, theirs: Any, path: str = "") -> str | None:
    """Where two specifications differ, such as `training.batchSize`; None where they are equal."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(f"{path}.{key}" if path else key, ours.get(key), theirs.get(key)) for key in {**ours, **theirs}]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(f"{path}[{index}]", *pair) for index, pair in enumerate(zip(ours, theirs, strict=True))]
    else:
        return None if ours == theirs else path
    return next((found for at, one, other in pairs if (found := first_difference(one, other, at))), None)
