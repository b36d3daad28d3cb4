"""The rows of a CSV file that lists images. It is read without NumPy, which a driver of a cluster may lack."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from twintune.errors import TwintuneError
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


class Columns(NamedTuple):
    """The names of the columns of a CSV file."""

    path: str
    label: str
    split: str | None


def read_rows(file: str, columns: Columns) -> Iterator[tuple[str, str, str]]:
    """Yields path, class and split of each row; the split is `train` if no column names it.

    Args:
        file: The CSV file.
        columns: The names of its columns.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, or DATASET_INVALID, which names file and line.
    """
    try:
        with io.TextIOWrapper(open_regular(file), encoding="utf-8-sig", newline="") as stream:
            yield from _read_rows(file, stream, columns)
    except FileNotFoundError as error:
        raise TwintuneError("DATASET_NOT_FOUND", f"There is no file {file}.", "Give a CSV file.") from error
    except OSError as error:
        raise TwintuneError("DATASET_INVALID", f"{file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TwintuneError("DATASET_INVALID", f"{file} is not UTF-8: {error}.", "Save the file as UTF-8.") from error


def _read_rows(file: str, stream: TextIO, names: Columns) -> Iterator[tuple[str, str, str]]:
    reader = csv.reader(stream, delimiter=_delimiter(stream.readline(), names.path), strict=True)
    stream.seek(0)
    try:
        header = [name.strip() for name in next(reader, [])]
        wanted = {"pathColumn": names.path, "labelColumn": names.label}
        if names.split is not None:
            wanted["splitColumn"] = names.split
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
                found = f"has {cells['splitColumn']!r} in the column {names.split!r}"
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
