"""The message that predicts the classes of images with the loaded model: the twin of `src/protocol/predict.ts`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from twintune.protocol.message import Message


class ClassProbability(Message):
    """A class, and the probability that the model gives to it (0 to 1)."""

    class_: str = msgspec.field(name="class")
    probability: float


class PredictRequest(Message):
    """A request to predict the classes of image files, whose paths are absolute, with the model that was loaded last.

    `top` is the largest number of classes for each image.
    """

    images: list[str]
    top: Annotated[int, msgspec.Meta(ge=1)]
    batch_size: Annotated[int, msgspec.Meta(ge=1)]


class ImagePrediction(Message):
    """The most probable classes of an image, or the problem because of which it could not be read."""

    top: list[ClassProbability]
    problem: str | None


class PredictResult(Message):
    """The predictions, in the order of the request."""

    predictions: list[ImagePrediction]
