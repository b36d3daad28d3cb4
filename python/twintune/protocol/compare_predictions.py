"""The twin of `src/protocol/compare-predictions.ts`."""

from __future__ import annotations

from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Message


class ListingRequest(Message):
    """What the images that are answered differently are listed with; `folder` is for at most `thumbnails` of them."""

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
    """What a model takes an image for, and the probability that it gives to it (0 to 1)."""

    predicted: str
    probability: float


class DisagreeingImage(Message):
    """An image that two models answer differently; `thumbnail` is a file in the folder of the request."""

    position: int
    image: str | None
    label: str
    first: Answer
    second: Answer
    thumbnail: str | None


class ComparePredictionsResult(Message):
    """How two models answer the same images; `problem` says why images could not be named and shown."""

    images: int
    different: int
    both_right: int
    only_first_right: int
    only_second_right: int
    both_wrong: int
    p_value: float
    listed: list[DisagreeingImage]
    problem: str | None
