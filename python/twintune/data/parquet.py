"""Images in parquet files, in the Hugging Face schema or with bare columns of bytes and classes."""

from __future__ import annotations

import glob
import hashlib
from pathlib import Path

import numpy as np

from twintune.errors import TwintuneError
from twintune.protocol import Parquet


class ParquetDataset:
    """Rows of a parquet file: a column of encoded images and a column of classes.

    `datasets` keeps the file as a memory-mapped Arrow table in the cache folder, so that random access costs no
    memory a row.
    """

    def __init__(self, file: str, request: Parquet, cache_directory: str) -> None:
        """Opens the file; no image is decoded.

        Args:
            file: The parquet file.
            request: Names the columns.
            cache_directory: Where the memory-mapped copy is kept.

        Raises:
            TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
        """
        self.file = file
        self.warnings: list[str] = []
        self._image_column = request.image_column
        rows = _open(file, cache_directory)
        for key, column in (("imageColumn", request.image_column), ("labelColumn", request.label_column)):
            if column not in rows.column_names:
                raise TwintuneError(
                    "DATASET_INVALID",
                    f"{file} has no column {column!r}; it has {', '.join(rows.column_names)}.",
                    f"Name the right one as dataset.{key}.",
                )
        self.classes, self.labels = _classes(rows, request.label_column, file)
        self._images = _encoded_images(rows, request.image_column, file)
        self.identities = self._identities()

    def read(self, index: int) -> bytes:
        """The bytes of the encoded image."""
        content = self._images[index][self._image_column]
        encoded = content if isinstance(content, bytes) else (content or {}).get("bytes")
        if not encoded:
            raise TwintuneError(
                "IMAGE_CORRUPT",
                f"{self.describe(index)} holds no image bytes.",
                "Embed the images in the file.",
            )
        return encoded

    def describe(self, index: int) -> str:
        """The file and the row, from 0."""
        return f"{self.file}, row {index}"

    def _identities(self) -> list[str]:
        """The images' own paths where every row has one of its own, else the hash of each image's bytes."""
        from datasets import Image

        if isinstance(self._images.features[self._image_column], Image):
            column = self._images.data.column(self._image_column)
            paths = [path for chunk in column.chunks for path in chunk.field("path").to_pylist()]
            if all(paths) and len(set(paths)) == len(paths):
                return paths
        return _numbered([hashlib.sha256(self.read(index)).hexdigest() for index in range(len(self.labels))])


def _open(file: str, cache_directory: str):
    import datasets
    import pyarrow
    import pyarrow.parquet
    from datasets.exceptions import DatasetGenerationError

    if not Path(file).is_file():
        raise TwintuneError("DATASET_NOT_FOUND", f"There is no file {file}.", "Give a parquet file.")
    datasets.disable_progress_bars()
    try:
        if pyarrow.parquet.read_metadata(file).num_rows == 0:
            raise TwintuneError("DATASET_EMPTY", f"{file} has no rows.", "Give a parquet file that has images.")
        return datasets.Dataset.from_parquet(glob.escape(file), cache_dir=str(Path(cache_directory, "datasets")))
    except (DatasetGenerationError, pyarrow.ArrowException, ValueError) as error:
        raise TwintuneError(
            "DATASET_INVALID",
            f"{file} can't be read as parquet: {error.__cause__ or error}",
            "Write it anew.",
        ) from error


def _classes(rows, column: str, file: str) -> tuple[list[str], np.ndarray]:
    """Names and labels: of a ClassLabel, of integers (named by themselves) or of strings (sorted)."""
    import datasets

    feature = rows.features[column]
    values = rows.data.column(column).to_pylist()
    if any(value is None for value in values):
        row = values.index(None)
        raise TwintuneError("DATASET_INVALID", f"{file}, row {row} has no class.", f"Fill in the column {column!r}.")
    if isinstance(feature, datasets.ClassLabel):
        names = list(feature.names)
        labels = np.array(values, dtype=np.int64)
        wrong = np.flatnonzero((labels < 0) | (labels >= len(names)))
        if len(wrong):
            raise TwintuneError(
                "DATASET_INVALID",
                f"{file}, row {wrong[0]} has the label {labels[wrong[0]]}, but there are {len(names)} class names.",
                "Mend the label, or the names in the file's schema.",
            )
        return names, labels
    if not all(isinstance(value, int | str) for value in values):
        raise TwintuneError(
            "DATASET_INVALID",
            f"{file}: the column {column!r} holds {feature}, not classes.",
            "Name a column of integers or strings as dataset.labelColumn.",
        )
    present = sorted(set(values))
    if isinstance(present[0], int) and present[0] < 0:
        row = values.index(present[0])
        raise TwintuneError(
            "DATASET_INVALID",
            f"{file}, row {row} has the label {present[0]}, which commonly marks an image without a class.",
            "Take such rows out, or number the classes from 0.",
        )
    position = {value: label for label, value in enumerate(present)}
    return [str(value) for value in present], np.array([position[value] for value in values], dtype=np.int64)


def _encoded_images(rows, column: str, file: str):
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
        f"{file}: the column {column!r} holds {feature}, not encoded images.",
        "Name a column of `{ bytes, path }` or of bytes as dataset.imageColumn.",
    )


def _numbered(hashes: list[str]) -> list[str]:
    """Makes equal images distinct by their count so far, so that their identities are unique."""
    seen: dict[str, int] = {}
    names = []
    for content in hashes:
        seen[content] = seen.get(content, -1) + 1
        names.append(f"{content}#{seen[content]}" if seen[content] else content)
    return names
