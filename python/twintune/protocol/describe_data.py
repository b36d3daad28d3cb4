"""The message that describes a data set: the twin of `src/protocol/describe-data.ts`."""

from __future__ import annotations

from twintune.protocol.augmentation import Augmentation
from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Message, SplitName
from twintune.protocol.model import WeightsRequest
from twintune.protocol.run import RunSeeds
from twintune.protocol.training import Sampler


class SheetRequest(Message):
    """A request for a contact sheet: training images as the network sees them, in the PNG file `file`."""

    file: str
    backbone: str
    weights: WeightsRequest
    batch_size: int
    sampler: Sampler
    augmentation: Augmentation


class DescribeDataRequest(Message):
    """A request for a description of the data, split as a run would split them."""

    dataset: DatasetRequest
    seeds: RunSeeds
    cache_directory: str
    sheet: SheetRequest | None


class Spread(Message):
    """The smallest value, the median and the largest value."""

    min: int
    median: float
    max: int


class ImageSizes(Message):
    """Widths and heights of images in pixels."""

    width: Spread
    height: Spread


class ImageKind(Message):
    """The number of images with one encoding, which Pillow's format and mode name."""

    format: str
    mode: str
    images: int


class SplitDescription(Message):
    """A description of one split; `images_by_class` is in the order of the classes."""

    name: SplitName
    images: int
    images_by_class: list[int]
    sizes: ImageSizes
    kinds: list[ImageKind]


class DuplicateImage(Message):
    """An image whose bytes are those of another image."""

    split: SplitName
    image: str
    label: str


class UnreadableImage(Message):
    """An image that can't be decoded."""

    image: str
    reason: str


class DescribeDataResult(Message):
    """A description of the data; each of `duplicates` is a group of equal images."""

    classes: list[str]
    splits: list[SplitDescription]
    duplicates: list[list[DuplicateImage]]
    unreadable: list[UnreadableImage]
    warnings: list[str]
