"""Data sets of image files and classes that a CSV file lists."""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass, field

import numpy as np

from twintune.data.csv_rows import Columns, read_rows
from twintune.data.dataset import Sources
from twintune.data.files import ImageFiles
from twintune.errors import TwintuneError
from twintune.protocol import Csv


@dataclass
class _Rows:
    """The rows of one split."""

    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def open_csv_files(request: Csv) -> Sources:
    """Reads the CSV files of a request; no image is opened, and a missing one is reported when it is read.

    The first line names the columns, which are separated by commas, semicolons or tabs. The text is UTF-8, with or
    without a byte order mark. Paths are relative to the CSV file; classes are text and sorted.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_EMPTY, or DATASET_INVALID, which names file and line.
    """
    if request.split_column is None:
        return Sources(
            train=_open(request.train, request),
            validation=None if request.validation is None else _open(request.validation, request),
            test=None if request.test is None else _open(request.test, request),
        )
    parts = {name: _Rows() for name in ("train", "validation", "test")}
    for path, label, split in read_rows(request.train, _columns(request)):
        parts[split].paths.append(path)
        parts[split].labels.append(label)
    if not parts["train"].paths:
        raise TwintuneError(
            "DATASET_EMPTY",
            f"{request.train} has no row of the split train.",
            f"Fill in the column {request.split_column!r}.",
        )

    def files_of(name: str) -> ImageFiles:
        return _files(f"{request.train}, split {name}", request.train, parts[name])

    return Sources(
        train=files_of("train"),
        validation=files_of("validation") if parts["validation"].paths else None,
        test=files_of("test") if parts["test"].paths else None,
    )


def _open(file: str, request: Csv) -> ImageFiles:
    rows = _Rows()
    for path, label, _ in read_rows(file, _columns(request)):
        rows.paths.append(path)
        rows.labels.append(label)
    if not rows.paths:
        raise TwintuneError("DATASET_EMPTY", f"{file} has no rows.", "Give a CSV file that lists images.")
    return _files(file, file, rows)


def _files(source: str, file: str, rows: _Rows) -> ImageFiles:
    classes = sorted(set(rows.labels))
    position = {name: label for label, name in enumerate(classes)}
    labels = np.array(array("q", (position[label] for label in rows.labels)), dtype=np.int64)
    return ImageFiles(source, os.path.dirname(file), rows.paths, labels, classes)


def _columns(request: Csv) -> Columns:
    return Columns(request.path_column, request.label_column, request.split_column)
