"""How a model is trained: the twin of `src/spec/training-schema.ts`."""

from __future__ import annotations

from typing import Literal

import msgspec

from twintune.protocol.message import Message, Precision
from twintune.protocol.optimizer import Optimizer, Schedule


class TrainableStages(Message, kw_only=True):
    """The backbone's last stages, counted or from a named one on, and the head: one of the two is given."""

    last_stages: int | None = None
    from_: str | None = msgspec.field(name="from", default=None)


Trainable = Literal["head", "all"] | TrainableStages

BatchNormPolicy = Literal["inference", "adapt", "train"]


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


class EarlyStopping(Message):
    """When a phase ends before its last epoch, and with which epoch's weights."""

    monitor: Literal["loss", "accuracy"]
    mode: Literal["auto", "min", "max"]
    patience: int
    min_delta: float
    restore_best: bool


class Checkpoints(Message, kw_only=True):
    """When checkpoints are written, and how many earlier ones stay."""

    every_epochs: int | Literal["auto"]
    every_steps: int | None = None
    keep: int


class Training(Message, kw_only=True):
    """How the model is trained."""

    batch_size: int
    gradient_accumulation: int
    clip_gradient_norm: float | None = None
    label_smoothing: float
    class_weights: Literal["none", "balanced"]
    ema: Ema | None = None
    precision: Precision
    compile: bool
    phases: list[Phase]
    early_stopping: EarlyStopping | None = None
    checkpoints: Checkpoints
