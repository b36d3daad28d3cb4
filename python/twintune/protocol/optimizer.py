"""Optimisers and schedules: the twin of `src/spec/optimizer-schema.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message


class AdamFields(Message, kw_only=True):
    """The fields of Adam's kinds. `epsilon` is None only in idiomatic mode."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float | None = None
    weight_decay: float
    decay_norm_and_bias: bool


class Adam(AdamFields, kw_only=True, tag_field="name", tag="adam"):
    """Adam (Kingma and Ba 2015) with coupled weight decay."""


class AdamW(AdamFields, kw_only=True, tag_field="name", tag="adamw"):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""


class Sgd(Message, tag_field="name", tag="sgd"):
    """Stochastic gradient descent with momentum as PyTorch defines it (the rate outside of the buffer)."""

    learning_rate: float
    momentum: float
    nesterov: bool
    weight_decay: float
    decay_norm_and_bias: bool


class RmsProp(Message, kw_only=True, tag_field="name", tag="rmsprop"):
    """RMSprop (Tieleman and Hinton 2012) as PyTorch defines it; `smoothing` is its alpha."""

    learning_rate: float
    momentum: float
    smoothing: float
    centered: bool
    epsilon: float | None = None
    weight_decay: float
    decay_norm_and_bias: bool


Optimizer = Adam | AdamW | Sgd | RmsProp


class ConstantSchedule(Message, tag_field="name", tag="constant"):
    """The optimiser's learning rate throughout, after a linear warm-up."""

    warmup_epochs: float


class CosineSchedule(Message, tag_field="name", tag="cosine"):
    """Half a cosine from the optimiser's learning rate towards the final one, after a linear warm-up."""

    warmup_epochs: float
    final_learning_rate: float


class StepSchedule(Message, tag_field="name", tag="step"):
    """The optimiser's learning rate times `factor` at every so many epochs, after a linear warm-up."""

    warmup_epochs: float
    every_epochs: float
    factor: float


class OneCycleSchedule(Message, tag_field="name", tag="oneCycle"):
    """Half a cosine up to the optimiser's learning rate, and half a cosine down (Smith and Topin 2018)."""

    rise_fraction: float
    start_divisor: float
    final_divisor: float


Schedule = ConstantSchedule | CosineSchedule | StepSchedule | OneCycleSchedule
