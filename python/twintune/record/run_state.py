"""The state of a run at one moment, from which it can be resumed: the header of a checkpoint."""

from __future__ import annotations

from typing import Any

import msgspec

from twintune.digests import digest_schema
from twintune.engines.engine import PhaseFacts
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import Accumulator
from twintune.protocol import EpochImages, EpochRecord, RunRequest, TrainedPhase
from twintune.record.consumed import ConsumedState
from twintune.record.early_stopping import MonitorState
from twintune.record.epoch_digests import EpochDigests


class EpochState(msgspec.Struct, frozen=True):
    """The state of an epoch that is under way."""

    batches: int
    """The number of batches done."""
    metrics: Accumulator
    seconds: float
    loader_seconds: float
    timed_images: int
    consumed: ConsumedState


class RecordState(msgspec.Struct):
    """The evidence so far (see `twintune.record.run_record`); digests are in hexadecimal."""

    architecture: str = ""
    """Digest of the model's shapes; like the next three it is read from the model before its first step."""
    parameters: int = 0
    weights: str = ""
    """Digest of the backbone's tensors."""
    head_init: str = ""
    """Digest of the head's tensors."""
    digests: EpochDigests = msgspec.field(default_factory=EpochDigests)
    test_pixels: str = ""
    """Digest of the test images as the last pass over them gave them (see `RowsDigest`)."""
    phases: list[PhaseFacts] = msgspec.field(default_factory=list)
    optimizers: list[str] = msgspec.field(default_factory=list)
    """The live optimiser of each phase in words, as the last step of its last epoch took it."""
    replicas: list[str] = msgspec.field(default_factory=list)
    """The replicas that trained each phase, in words (see `twintune.engines.sharing`)."""
    losses: list[str] = msgspec.field(default_factory=list)
    """The loss of each phase's training step, in words."""
    trained: list[TrainedPhase] = msgspec.field(default_factory=list)
    epochs: list[EpochRecord] = msgspec.field(default_factory=list)
    images: list[EpochImages] = msgspec.field(default_factory=list)
    first_step_loss: float | None = None
    feature_images: int = 0
    """The number of images whose features were computed."""
    seconds: dict[str, float] = msgspec.field(default_factory=dict)
    """Wall-clock seconds by part (see `Stopwatch`)."""


class Position(msgspec.Struct):
    """The progress of a run. Every random draw is made by (seed, purpose, one of these counters)."""

    phase: int = 1
    epoch: int = 0
    """The number of epochs done in the phase."""
    phase_ended: bool = False
    """Whether the phase takes no more epochs."""
    epochs_done: int = 0
    """The number of epochs done over all phases."""
    steps_done: int = 0
    """The number of training steps done over all phases."""
    backbone_moved: bool = False
    """Whether any phase so far could have changed the backbone."""

    def start_phase(self, number: int) -> None:
        """Goes to the beginning of a phase."""
        self.phase, self.epoch, self.phase_ended = number, 0, False


class RunState(msgspec.Struct, frozen=True):
    """The state of a run, as the header of a checkpoint holds it."""

    specification: dict[str, Any]
    split: str
    """Digest of the images' identities, labels and bytes in each split."""
    live: dict[str, int]
    """The checksums of all tensors that the run's next step depended on, whether the file has them or not."""
    versions: dict[str, str]
    """The versions of the packages that bear on a result, by the packages' names."""
    position: Position
    epoch: EpochState | None
    monitor: MonitorState
    features_hashed: bool
    """Whether the pixels of the features that the phase trains on are in the record's digest."""
    record: RecordState

    @property
    def is_best(self) -> bool:
        """Whether the phase's best epoch is the one that has just ended."""
        best = self.monitor.best
        return self.epoch is None and best is not None and best.epoch == self.position.epoch


FORMAT = digest_schema(RunState, meaning=4)
"""The format of a checkpoint: its header's fields, and by the number what they and the tensors beside them mean."""


def checkpoint_mismatch(difference: str) -> TwintuneError:
    """The failure of a checkpoint that this run can't go on from.

    Args:
        difference: The cause of the mismatch, as what the checkpoint was made with.
    """
    return TwintuneError(
        "CHECKPOINT_MISMATCH",
        made_with(difference),
        "Put back what was changed since, or start a new run with `twintune compare`.",
    )


def made_with(difference: str) -> str:
    """A sentence about what the last checkpoint was made with."""
    return f"The run's last checkpoint was made with {difference}."


def specification_of(request: RunRequest) -> dict[str, Any]:
    """The part of a run's request that must equal the checkpoint's to resume from it: all but the paths.

    The data and the weights are compared by their digests instead.
    """
    # A checkpoint's header gives back lists for tuples, so the request takes the same way through JSON.
    specification = msgspec.json.decode(msgspec.json.encode(request))
    for place in ("twintune", "resume", "keepSteps", "keepModel", "runDirectory", "cacheDirectory", "torchPython"):
        del specification[place]
    # Features are the same wherever they come from.
    for setting in ("featureCache", "featureCacheBytes"):
        del specification[setting]
    for place in ("train", "validation", "test"):
        specification["dataset"].pop(place, None)
    specification["model"]["weights"].pop("path", None)
    return specification


def first_difference(ours: Any, theirs: Any, path: str = "") -> str | None:
    """The path of the first difference of two specifications, such as `training.batchSize`; None if they are equal."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(f"{path}.{key}" if path else key, ours.get(key), theirs.get(key)) for key in {**ours, **theirs}]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(f"{path}[{index}]", *pair) for index, pair in enumerate(zip(ours, theirs, strict=True))]
    else:
        return None if ours == theirs else path
    return next((found for at, one, other in pairs if (found := first_difference(one, other, at))), None)
