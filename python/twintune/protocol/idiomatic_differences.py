"""The messages that compare two libraries: the twins of `describe-idiomatic.ts` and `measure-differences.ts`."""

from __future__ import annotations

from typing import Literal

import msgspec

from twintune.protocol.message import Message
from twintune.protocol.run import RunRequest


class BatchNormConstants(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The constants of a library's BatchNorm layers; `momentum` is PyTorch's, the share of the new batch."""

    epsilon: float
    momentum: float
    mode: Literal["inference", "train"]


class ChannelMap(Message):
    """The preprocessing of a pixel's channels (0 to 255): `matrix` @ rgb + `offset`."""

    matrix: list[list[float]]
    offset: list[float]


class IdiomaticDescription(Message):
    """A description of one library's live model, optimiser and input pipeline."""

    weights: str
    architecture: str
    strided_kernels: dict[str, int]
    """The number of strided convolutions by the size of their kernel, such as `3×3`."""
    preprocessing: ChannelMap
    resize: str
    batch_norm: list[BatchNormConstants]
    """The different constants of the model's BatchNorm layers, in the order of the model."""
    optimizer: str
    first_step_epsilon: float | None
    """The epsilon that the first step adds to the root of the corrected second moment; None for SGD."""
    decay: Literal["none", "coupled", "decoupled"]
    loss: str
    head_init: str
    batch_order: str


class DescribeIdiomaticRequest(Message):
    """A request to describe TensorFlow's library; the tensors of the first batch go to the file `reference`."""

    run: RunRequest
    images: int
    reference: str


class DescribeIdiomaticResult(Message):
    """The description of TensorFlow's library."""

    description: IdiomaticDescription


class MeasureDifferencesRequest(Message):
    """A request to measure PyTorch's library against the description of TensorFlow's."""

    run: RunRequest
    description: IdiomaticDescription
    reference: str


EffectOn = Literal["logits", "loss", "first update", "running statistics"]


class IdiomaticDifference(Message):
    """An ingredient that differs between the two libraries.

    `effect` is how far the first batch moves when PyTorch takes this ingredient from TensorFlow, as a share of the
    largest value.
    """

    ingredient: str
    tensorflow: str
    pytorch: str
    effect: float | None
    effect_on: EffectOn | None
    note: str | None


class MeasureDifferencesResult(Message):
    """The differences that were found.

    `unexplained` is how far PyTorch's logits still are from TensorFlow's when every ingredient that can be swapped is
    swapped at once.
    """

    differences: list[IdiomaticDifference]
    unexplained: float | None
