"""Data sets in an Arrow table that `datasets` keeps memory-mapped: rows of a parquet file or a Hugging Face dataset."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow

from twintune.data.decoding import UnreadableImage
from twintune.data.files import MOST_BYTES, stamp_of
from twintune.data.strings import CompactStrings
from twintune.errors import TwintuneError
from twintune.system.files import read_regular, state_of
from twintune.system.travelled import as_at_home


class TableDataset:
    """A data set of rows with a column of encoded images and one of classes; random access costs no memory a row."""

    def __init__(
        self,
        rows: Any,
        source: str,
        image_column: str,
        label_column: str,
        identity_of_path: Callable[[str], str | None] = lambda path: path,
    ) -> None:
        """Reads the columns; no image is decoded.

        Args:
            rows: The rows, as a `datasets.Dataset`.
            source: The file, or the dataset and its split, for messages.
            image_column: The name of a column of `{ bytes, path }`, of bytes, or of `datasets.Image`.
            label_column: The name of a column of `ClassLabel`, of integers or of strings.
            identity_of_path: A function that returns the part of an image's path that is the same on every machine, or
            None if there is none.

        Raises:
            TwintuneError: DATASET_INVALID or DATASET_EMPTY.
        """
        self.source = source
        self.warnings: list[str] = []
        if len(rows) == 0:
            raise TwintuneError("DATASET_EMPTY", f"{source} has no rows.", "Give a data set that has images.")
        for key, column in (("imageColumn", image_column), ("labelColumn", label_column)):
            if column not in rows.column_names:
                raise TwintuneError(
                    "DATASET_INVALID",
                    f"{source} has no column {column!r}; it has {', '.join(rows.column_names)}.",
                    f"Name the right one as dataset.{key}.",
                )
        self.classes, self.labels = _classes(rows, label_column, source)
        self._image_column = image_column
        self._images = _encoded_images(rows, image_column, source)
        self.identities: Sequence[str] | None = self._path_identities(identity_of_path)

    def stamps(self) -> np.ndarray:
        """Stamps of the memory-mapped files, the row, and the image's file if the row names one.

        `datasets` gives a changed source memory-mapped files of another name.
        """
        state = hashlib.blake2b(digest_size=8)
        for file in self._images.cache_files:
            state.update(f"{file['filename']}\0{state_of(file['filename'])}\0".encode())
        if not self._images.cache_files:
            state.update(self._images._fingerprint.encode())
        stamps = np.arange(len(self.labels), dtype=np.uint64)
        stamps += np.uint64(int.from_bytes(state.digest()[:7], "little"))
        for row, path in self._named_files():
            stamps[row] ^= np.uint64(stamp_of(path, path))
        return stamps

    def read(self, index: int) -> bytes:
        """The bytes of the encoded image.

        Raises:
            UnreadableImage: If the row holds no image.
            OSError: If the file that the row names can't be read.
        """
        content = self._images[index][self._image_column]
        if isinstance(content, bytes):
            return content
        encoded, path = (content or {}).get("bytes"), (content or {}).get("path")
        if encoded:
            return encoded
        if not path or not os.path.isabs(path):
            raise UnreadableImage("the row holds no image bytes")
        return read_regular(path, MOST_BYTES)

    def describe(self, index: int) -> str:
        """The source and the number of the row, from 0."""
        return f"{as_at_home(self.source)}, row {index}"

    def _named_files(self) -> Iterator[tuple[int, str]]:
        """The rows without image bytes of their own, with the files that they name."""
        from datasets import Image

        if not isinstance(self._images.features[self._image_column], Image):
            return
        row = 0
        for chunk in self._images.with_format("arrow")[:].column(self._image_column).chunks:
            for place in np.flatnonzero(chunk.field("bytes").is_null().to_numpy(zero_copy_only=False)):
                path = chunk.field("path")[int(place)].as_py()
                if path and os.path.isabs(path):
                    yield row + int(place), path
            row += len(chunk)

    def _path_identities(self, identity_of_path: Callable[[str], str | None]) -> CompactStrings | None:
        """Identities from the images' own paths; None unless every row has one of its own."""
        from datasets import Image

        if not isinstance(self._images.features[self._image_column], Image):
            return None
        column = self._images.with_format("arrow")[:].column(self._image_column)
        paths = (identity_of_path(path.as_py() or "") for chunk in column.chunks for path in chunk.field("path"))
        identities = CompactStrings(path or "" for path in paths)
        return identities if identities.are_distinct() else None


def _classes(rows: Any, column: str, source: str) -> tuple[list[str], np.ndarray]:
    """Class names and labels from a column of ClassLabel, of integers (named by themselves) or of strings (sorted)."""
    import datasets

    feature = rows.features[column]
    values = rows.select_columns([column]).with_format("arrow")[:].column(column).combine_chunks()
    if values.null_count:
        row = values.is_null().index(True).as_py()
        raise TwintuneError("DATASET_INVALID", f"{source}, row {row} has no class.", f"Fill in the column {column!r}.")
    if isinstance(feature, datasets.ClassLabel):
        names, labels = list(feature.names), values.to_numpy(zero_copy_only=False).astype(np.int64)
        wrong = np.flatnonzero((labels < 0) | (labels >= len(names)))
        if len(wrong):
            raise TwintuneError(
                "DATASET_INVALID",
                f"{source}, row {wrong[0]} has the label {labels[wrong[0]]}, but there are {len(names)} class names.",
                "Mend the label, or the names in the file's schema.",
            )
        return names, labels
    kind = values.type
    if not (pyarrow.types.is_integer(kind) or pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        raise TwintuneError(
            "DATASET_INVALID",
            f"{source}: the column {column!r} holds {feature}, not classes.",
            "Name a column of integers or strings as dataset.labelColumn.",
        )
    encoded = values.dictionary_encode()
    found = encoded.dictionary.to_pylist()
    present = sorted(found)
    if isinstance(present[0], int) and present[0] < 0:
        row = values.index(present[0]).as_py()
        raise TwintuneError(
            "DATASET_INVALID",
            f"{source}, row {row} has the label {present[0]}, which commonly marks an image without a class.",
            "Take such rows out, or number the classes from 0.",
        )
    position = {value: label for label, value in enumerate(present)}
    label_of = np.array([position[value] for value in found], dtype=np.int64)
    return [str(value) for value in present], label_of[encoded.indices.to_numpy()]


def _encoded_images(rows: Any, column: str, source: str) -> Any:
    """The rows with only the image column, which stays encoded."""
    import datasets

    images = rows.select_columns([column])
    feature = images.features[column]
    if isinstance(feature, datasets.Image):
        return images.cast_column(column, datasets.Image(decode=False))
    if isinstance(feature, datasets.Value) and feature.dtype in ("binary", "large_binary"):
        return images
    if isinstance(feature, dict) and "bytes" in feature:
        return images.cast_column(column, datasets.Image(decode=False))
    raise TwintuneError(
        "DATASET_INVALID",
        f"{source}: the column {column!r} holds {feature}, not encoded images.",
        "Name a column of `{ bytes, path }` or of bytes as dataset.imageColumn.",
    )
