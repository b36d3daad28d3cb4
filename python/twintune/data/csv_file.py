"""Data sets of image files and classes that a CSV file lists."""

from __future__ import annotations

import csv
import io
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import numpy as np

from twintune.data.dataset import Sources
from twintune.data.files import ImageFiles
from twintune.errors import TwintuneError
from twintune.protocol import Csv
from twintune.system.files import open_regular

_DELIMITERS = ",;\t"
_SPLITS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
    "testing": "test",
}


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
    for path, label, split in _read(request.train, request):
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
    for path, label, _ in _read(file, request):
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


def _read(file: str, request: Csv) -> Iterator[tuple[str, str, str]]:
    """Yields path, class and split of each row; the split is `train` if no column names it."""
    try:
        with io.TextIOWrapper(open_regular(file), encoding="utf-8-sig", newline="") as stream:
            yield from _read_rows(file, stream, request)
    except FileNotFoundError as error:
        raise TwintuneError("DATASET_NOT_FOUND", f"There is no file {file}.", "Give a CSV file.") from error
    except OSError as error:
        raise TwintuneError("DATASET_INVALID", f"{file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TwintuneError("DATASET_INVALID", f"{file} is not UTF-8: {error}.", "Save the file as UTF-8.") from error


def _read_rows(file: str, stream: TextIO, request: Csv) -> Iterator[tuple[str, str, str]]:
    reader = csv.reader(stream, delimiter=_delimiter(stream.readline(), request.path_column), strict=True)
    stream.seek(0)
    try:
        header = [name.strip() for name in next(reader, [])]
        wanted = {"pathColumn": request.path_column, "labelColumn": request.label_column}
        if request.split_column is not None:
            wanted["splitColumn"] = request.split_column
        columns = {key: _column(file, header, key, name) for key, name in wanted.items()}
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise _bad_line(file, reader.line_num, f"has {len(row)} fields, and the first line {len(header)}")
            cells = {key: row[column].strip() for key, column in columns.items()}
            for key, name in wanted.items():
                if not cells[key]:
                    raise _bad_line(file, reader.line_num, f"has nothing in the column {name!r}")
            split = _SPLITS.get(cells.get("splitColumn", "train").lower())
            if split is None:
                found = f"has {cells['splitColumn']!r} in the column {request.split_column!r}"
                raise _bad_line(file, reader.line_num, f"{found}, which is none of train, validation and test")
            yield os.path.normpath(cells["pathColumn"]).replace(os.sep, "/"), cells["labelColumn"], split
    except csv.Error as error:
        raise _bad_line(file, reader.line_num, f"is no CSV: {error}") from error


def _delimiter(first_line: str, path_column: str) -> str:
    """The delimiter that separates a column of the right name from the others, else the most frequent one."""
    for delimiter in _DELIMITERS:
        cells = next(csv.reader([first_line], delimiter=delimiter), [])
        if len(cells) > 1 and path_column in (cell.strip() for cell in cells):
            return delimiter
    return max(_DELIMITERS, key=first_line.count)


def _column(file: str, header: list[str], key: str, name: str) -> int:
    if header.count(name) == 1:
        return header.index(name)
    found = f"has the column {name!r} twice" if name in header else f"has no column {name!r}"
    listed = ", ".join(header) or "none"
    raise TwintuneError(
        "DATASET_INVALID",
        f"{file} {found}; its first line names {listed}.",
        f"Name the right one as dataset.{key}.",
    )


def _bad_line(file: str, line: int, what: str) -> TwintuneError:
    return TwintuneError("DATASET_INVALID", f"{file}, line {line} {what}.", "Correct the line in the file.")
