"""The request of a run: the twin of `src/protocol/run.ts`."""

from __future__ import annotations

from twintune.protocol.augmentation import Augmentation
from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Framework, Message, Mode
from twintune.protocol.model import Model
from twintune.protocol.training import Training


class RunSeeds(Message):
    """What each thing that a run draws is drawn by; `split` is None for each image's own hash."""

    init: int
    order: int
    augmentation: int
    split: int | None


class RunRequest(Message):
    """One framework × seed, by which the run is named. Paths are absolute.

    `twintune` is the version that asks; `resume` asks to go on from the run's last checkpoint. With `feature_cache`
    features are taken from the cache and kept there.
    """

    twintune: str
    framework: Framework
    seed: int
    seeds: RunSeeds
    mode: Mode
    dataset: DatasetRequest
    augmentation: Augmentation
    model: Model
    training: Training
    device: str
    deterministic: bool
    profile: bool
    run_directory: str
    resume: bool
    cache_directory: str
    feature_cache: bool
    feature_cache_bytes: int
    torch_python: str
