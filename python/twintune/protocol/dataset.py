"""The sources of images: the twin of `src/spec/dataset-schema.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message

Resize = Literal["squash", "crop"]
"""The way from an image of any aspect to a square."""


class DatasetFields(Message, kw_only=True):
    """The fields that every source of images has."""

    train: str
    validation_fraction: float
    test_fraction: float
    image_size: int
    resize: Resize
    on_corrupt: Literal["fail", "skip"]
    cache_decoded: Literal["auto", "memory", "disk", "none"]


class DatasetPaths(DatasetFields, kw_only=True):
    """The fields of sources that give validation and test images apart from the training images."""

    validation: str | None = None
    test: str | None = None


Outside = Literal["follow", "refuse"]
"""The treatment of images that lie outside of the data set's folder, where links or absolute paths lead."""


class ImageFolder(DatasetPaths, kw_only=True, tag_field="source", tag="imagefolder"):
    """Folders of image files, with one folder for each class; None for `outside` means `follow`."""

    outside: Outside | None = None


class Csv(DatasetPaths, kw_only=True, tag_field="source", tag="csv"):
    """CSV files that name image files and their classes; paths are relative to the CSV file."""

    path_column: str
    label_column: str
    split_column: str | None = None
    outside: Outside | None = None


class Parquet(DatasetPaths, kw_only=True, tag_field="source", tag="parquet"):
    """Parquet files with a column of encoded images and a column of classes."""

    image_column: str
    label_column: str


class HuggingFace(DatasetFields, kw_only=True, tag_field="source", tag="huggingface"):
    """A dataset of the Hugging Face hub by its name, or a local folder, whose path is absolute."""

    configuration: str | None = None
    revision: str | None = None
    train_split: str
    validation_split: str | None = None
    test_split: str | None = None
    image_column: str
    label_column: str


DatasetRequest = ImageFolder | Csv | Parquet | HuggingFace
