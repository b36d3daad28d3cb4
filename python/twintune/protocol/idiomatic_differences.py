"""The twins of `src/protocol/describe-idiomatic.ts` and `measure-differences.ts`."""

from __future__ import annotations

from typing import Literal

import msgspec

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest


class BatchNormConstants(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a library's BatchNorm layers hold; `momentum` is PyTorch's, the share of the new batch."""

    epsilon: float
    momentum: float
    mode: Literal["inference", "train"]


class ChannelMap(Message):
    """What is done to the channels of a pixel of 0..255: `matrix` @ rgb + `offset`."""

    matrix: list[list[float]]
    offset: list[float]


class IdiomaticDescription(Message):
    """What the live objects of one library's model, optimiser and input pipeline hold."""

    weights: str
    architecture: str
    strided_kernels: dict[str, int]
    """How many convolutions with a stride there are of each size of the kernel, such as `3×3`."""
    preprocessing: ChannelMap
    resize: str
    batch_norm: list[BatchNormConstants]
    """The different ones, in the order of the model."""
    optimizer: str
    first_step_epsilon: float | None
    """What is added to the root of the corrected second moment in the first step; None for SGD."""
    decay: Literal["none", "coupled", "decoupled"]
    loss: str
    head_init: str
    batch_order: str


class DescribeIdiomaticRequest(Message):
    """How TensorFlow's library is described; the tensors of the first batch go to the file `reference`."""

    run: RunRequest
    images: int
    reference: str


class DescribeIdiomaticResult(Message):
    """What TensorFlow's side holds."""

    description: IdiomaticDescription


class MeasureDifferencesRequest(Message):
    """How PyTorch's library is measured against what TensorFlow's side holds."""

    run: RunRequest
    description: IdiomaticDescription
    reference: str


EffectOn = Literal["logits", "loss", "first update", "running statistics"]


class IdiomaticDifference(Message):
    """An ingredient that isn't the same in the two libraries; `effect` is a share of the largest value."""

    ingredient: str
    tensorflow: str
    pytorch: str
    effect: float | None
    effect_on: EffectOn | None
    note: str | None


class MeasureDifferencesResult(Message):
    """`unexplained` is how far the logits still are from TensorFlow's when all is swapped that can be."""

    differences: list[IdiomaticDifference]
    unexplained: float | None
