"""The table of a test's predictions: which image is behind each row of predictions.safetensors."""

from __future__ import annotations

import csv
import re
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
    predicted, probabilities = answers(logits)
    with replacing(file) as temporary, open(temporary, "w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerow(COLUMNS)
        for row, label in enumerate(split.labels):
            table.writerow(
                [
                    row,
                    _as_text(printable(split.identity(row))),
                    _as_text(split.describe(row)),
                    _as_text(classes[label]),
                    _as_text(classes[predicted[row]]),
                    float(probabilities[row]),
                ]
            )


_LIKE_A_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def _as_text(name: str) -> str:
    """The name, with an apostrophe before one that a spreadsheet would compute as a formula; numbers are none."""
    return f"'{name}" if _LIKE_A_FORMULA.match(name) and not _NUMBER.fullmatch(name) else name
