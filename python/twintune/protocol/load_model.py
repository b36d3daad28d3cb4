"""The message that loads a trained model into a warm worker: the twin of `src/protocol/load-model.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.dataset import Resize
from twintune.protocol.message import Framework, Message, Mode, Precision
from twintune.protocol.model import Head


class ModelInput(Message):
    """The way from a decoded image in RGB to the numbers that a network sees.

    The image is made a square of `size` pixels, as `dataset.resize` has it: `squash` resizes it whatever its aspect;
    `crop` resizes it by its shorter side to `floor(size / crop_fraction)`, and cuts out the centre. `crop_fraction` is
    None for `squash`. Then each channel, in the order of `channels`, becomes `(value / 255 - mean) / std`.
    """

    size: int
    resize: Resize
    crop_fraction: float | None
    library: Literal["Pillow", "torchvision", "TensorFlow"]
    interpolation: Literal["bilinear", "bicubic"]
    antialias: bool
    channels: Literal["RGB", "BGR"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class TrainedModelDescription(Message):
    """A description of a trained model, which its file has in its header: all that is needed to use it.

    `classes` are in the order of the logits. `weights` is the kind that the backbone began with. `batch_norm_epsilon`
    is None for a backbone without BatchNorm, and in idiomatic mode, where the constants are the library's own.
    """

    framework: Framework
    mode: Mode
    backbone: str
    weights: Literal["imagenet", "random", "file"]
    batch_norm_epsilon: float | None
    head: Head
    classes: list[str]
    input: ModelInput
    precision: Precision


class LoadModelRequest(Message):
    """A request to load a model for the predictions to come, in place of the one that was loaded before.

    `file` is the absolute path of a run's model.safetensors, and `digest` the hash of the tensors that the run ended
    with.
    """

    file: str
    digest: str
    device: str


class LoadModelResult(Message):
    """The loaded model's description, and the live device that it lies on."""

    model: TrainedModelDescription
    device: str
