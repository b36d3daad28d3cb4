"""The twin of `src/protocol/describe-data.ts`."""

from __future__ import annotations

from twintune.protocol.augmentation import Augmentation
from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Message, SplitName
from twintune.protocol.model import WeightsRequest
from twintune.protocol.run import RunSeeds


class SheetRequest(Message):
    """Draw what the network sees in training into this PNG file."""

    file: str
    backbone: str
    weights: WeightsRequest
    batch_size: int
    augmentation: Augmentation


class DescribeDataRequest(Message):
    """Tell what is in the data, split as a run would split it."""

    dataset: DatasetRequest
    seeds: RunSeeds
    cache_directory: str
    sheet: SheetRequest | None


class Spread(Message):
    """The smallest value, the one in the middle, and the largest."""

    min: int
    median: float
    max: int


class ImageSizes(Message):
    """Widths and heights of images in pixels."""

    width: Spread
    height: Spread


class ImageKind(Message):
    """How many images are encoded alike: Pillow's format and mode."""

    format: str
    mode: str
    images: int


class SplitDescription(Message):
    """What is in a split; `images_by_class` is in the order of the classes."""

    name: SplitName
    images: int
    images_by_class: list[int]
    sizes: ImageSizes
    kinds: list[ImageKind]


class DuplicateImage(Message):
    """One of several images with the same bytes."""

    split: SplitName
    image: str
    label: str


class UnreadableImage(Message):
    """An image that can't be decoded."""

    image: str
    reason: str


class DescribeDataResult(Message):
    """What is in the data; each of `duplicates` is a group of equal images."""

    classes: list[str]
    splits: list[SplitDescription]
    duplicates: list[list[DuplicateImage]]
    unreadable: list[UnreadableImage]
    warnings: list[str]
