"""The network to build: the twin of `src/spec/model-schema.ts`, but for the weights, which are told by kind."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message


class Head(Message):
    """The layers between the pooled features and the logits."""

    hidden: list[int]
    activation: Literal["relu", "silu", "tanh"]
    dropout: float


class ImagenetWeights(Message, tag_field="kind", tag="imagenet"):
    """The weights that the backbone table names."""


class RandomWeights(Message, tag_field="kind", tag="random"):
    """Weights drawn by the run's seed."""


class FileWeights(Message, tag_field="kind", tag="file"):
    """Weights from a safetensors file with timm's tensor names."""

    path: str


WeightsRequest = ImagenetWeights | RandomWeights | FileWeights


class Model(Message):
    """The network to build."""

    backbone: str
    weights: WeightsRequest
    head: Head
