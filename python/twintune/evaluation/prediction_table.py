"""The table of a test's predictions: which image is behind each row of predictions.safetensors."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from twintune.data.dataset import Split
from twintune.data.strings import printable
from twintune.evaluation.metrics import answers
from twintune.system.files import replacing

COLUMNS = ("row", "image", "path", "label", "predicted", "probability")


def save_prediction_table(logits: np.ndarray, split: Split, classes: list[str], file: Path) -> None:
    """Writes a CSV file with a row for each image, in the order of the logits; equal predictions make equal bytes.

    Args:
        logits: Array of shape [images, classes], in the split's order.
        split: The images and their labels.
        classes: Class names.
        file: The file to write or replace.
    """
    with replacing(file) as temporary, open(temporary, "w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(_rows(logits, split, classes))


def find_other_columns(file: Path, logits: np.ndarray, split: Split, classes: list[str]) -> list[str]:
    """Names the columns of a table that don't say what was predicted of the split's images; `rows` for another number.

    Args:
        file: A file of `save_prediction_table`.
        logits: Array of shape [images, classes], in the split's order.
        split: The images and their labels.
        classes: Class names.

    Raises:
        OSError, ValueError, csv.Error: If the file can't be read, or isn't such a table.
    """
    others: set[str] = set()
    with open(file, encoding="utf-8", newline="") as opened:
        table = csv.reader(opened)
        if next(table, None) != list(COLUMNS):
            raise ValueError("it has other columns than a table of predictions")
        for given, wanted in itertools.zip_longest(table, _rows(logits, split, classes)):
            if given is None or wanted is None:
                return ["rows"]
            pairs = zip(COLUMNS, given, wanted, strict=True)
            others.update(name for name, one, other in pairs if not _is_alike(one, other))
    return [name for name in COLUMNS if name in others]


def _rows(logits: np.ndarray, split: Split, classes: list[str]) -> Iterator[tuple[int, str, str, str, str, float]]:
    predicted, probabilities = answers(logits)
    for row, label in enumerate(split.labels):
        yield (
            row,
            _as_text(printable(split.identity(row))),
            _as_text(split.describe(row)),
            _as_text(classes[label]),
            _as_text(classes[predicted[row]]),
            float(probabilities[row]),
        )


def _is_alike(given: str, wanted: float | str) -> bool:
    """Whether a cell is the one expected, but for the last digits of a number."""
    return math.isclose(float(given), wanted, rel_tol=1e-9) if isinstance(wanted, float) else given == str(wanted)


_LIKE_A_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def _as_text(name: str) -> str:
    """The name, with an apostrophe before one that a spreadsheet would compute as a formula; numbers are none."""
    return f"'{name}" if _LIKE_A_FORMULA.match(name) and not _NUMBER.fullmatch(name) else name
