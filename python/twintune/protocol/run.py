"""The request of a run: the twin of `src/protocol/run.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.augmentation import Augmentation
from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Framework, Message, Mode
from twintune.protocol.model import Model
from twintune.protocol.training import Training


class RunSeeds(Message):
    """The seeds of a run: of initial weights and dropout masks, of the order of batches, of augmentation, of the split.

    `split` is None where each image's own hash sets it apart.
    """

    init: int
    order: int
    augmentation: int
    split: int | None


KeepSteps = Literal["none", "chosen", "all"]


class Shortening(Message):
    """The numbers of images that a short run keeps of the training split, and of each other one."""

    train: int
    evaluation: int


class RunRequest(Message):
    """A request for one run, which is named by its framework and seed. Paths are absolute.

    `twintune` is the version that asks; `resume` asks to go on from the run's last checkpoint. `feature_cache` asks to
    take features from the cache and to keep them there. `keep_steps` asks to keep a few steps, or
    all of them, for the other framework to take them too. `keep_model` asks to write the model and its answers to the
    test into the run's folder. `shorten` is None for a run on all images.
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
    keep_steps: KeepSteps
    keep_model: bool
    shorten: Shortening | None
    run_directory: str
    resume: bool
    cache_directory: str
    feature_cache: bool
    feature_cache_bytes: int
    torch_python: str
