"""The training of a model: the twin of `src/spec/training-schema.ts`."""

from __future__ import annotations

from typing import Literal

import msgspec

from twintune.protocol.message import Message, Precision
from twintune.protocol.optimizer import Optimizer, Schedule


class TrainableStages(Message, kw_only=True):
    """The backbone's last stages and the head, as what trains.

    The stages are counted (`last_stages`) or given by the name of the first (`from_`): one of the two is None.
    """

    last_stages: int | None = None
    from_: str | None = msgspec.field(name="from", default=None)


Trainable = Literal["head", "all"] | TrainableStages

BatchNormPolicy = Literal["inference", "adapt", "train"]

Sampler = Literal["shuffled", "balanced"]
"""The way in which an epoch draws its training images."""


class Phase(Message):
    """A stretch of epochs with one set of trainable parameters and one optimiser."""

    epochs: int
    trainable: Trainable
    batch_norm: BatchNormPolicy
    backbone_learning_rate_scale: float
    layerwise_decay: float
    optimizer: Optimizer
    schedule: Schedule


class Ema(Message):
    """An exponential moving average of the weights."""

    decay: float


ReplicaBatchNorm = Literal["local", "synchronized"]
"""The images whose moments BatchNorm takes in training mode: each replica's own, or those of the whole batch."""


class DataParallel(Message):
    """The devices that share the images of each batch, and the moments that BatchNorm takes on them."""

    devices: int
    batch_norm: ReplicaBatchNorm


class EarlyStopping(Message):
    """The rule by which a phase ends before its last epoch, and by which epoch's weights it ends with."""

    monitor: Literal["loss", "accuracy"]
    mode: Literal["auto", "min", "max"]
    patience: int
    min_delta: float
    restore_best: bool


class Checkpoints(Message, kw_only=True):
    """The times at which checkpoints are written, and how many earlier checkpoints stay."""

    every_epochs: int | Literal["auto"]
    every_steps: int | None = None
    keep: int


class Training(Message, kw_only=True):
    """The training of the model: batches, loss, precision, phases and what goes with them."""

    batch_size: int
    sampler: Sampler
    gradient_accumulation: int
    clip_gradient_norm: float | None = None
    label_smoothing: float
    class_weights: Literal["none", "balanced"]
    ema: Ema | None = None
    precision: Precision
    data_parallel: DataParallel | None = None
    compile: bool
    phases: list[Phase]
    early_stopping: EarlyStopping | None = None
    checkpoints: Checkpoints
