"""The message that compares two models' predictions: the twin of `src/protocol/compare-predictions.ts`."""

from __future__ import annotations

from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Message


class ListingRequest(Message):
    """The data set and the folder that images with different predictions are named and shown from.

    `membership` is the hash of the identities in each split. `folder` is where at most `thumbnails` PNG files are
    written.
    """

    classes: list[str]
    dataset: DatasetRequest
    split_seed: int | None
    cache_directory: str
    membership: str
    folder: str
    thumbnails: int


class ComparePredictionsRequest(Message):
    """The predictions.safetensors of two runs; without a `listing` the images are only counted."""

    first: str
    second: str
    listing: ListingRequest | None


class Answer(Message):
    """A model's prediction for an image: the class, and the probability that the model gives to it (0 to 1)."""

    predicted: str
    probability: float


class DisagreeingImage(Message):
    """An image for which two models predict different classes; `thumbnail` is a file in the folder of the request."""

    position: int
    image: str | None
    label: str
    first: Answer
    second: Answer
    thumbnail: str | None


class ComparePredictionsResult(Message):
    """Two models' predictions for the same images, compared.

    `p_value` is that of McNemar's exact test, two-sided. `problem` says why images could not be named and shown.
    """

    images: int
    different: int
    both_right: int
    only_first_right: int
    only_second_right: int
    both_wrong: int
    p_value: float
    listed: list[DisagreeingImage]
    problem: str | None
