"""The test of a trained model in detail, as files of the run's folder."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np

from twintune.data.dataset import Split
from twintune.evaluation.metrics import (
    answers,
    calibration_bins,
    class_scores,
    confusion_matrix,
    losses_and_confidences,
)
from twintune.evaluation.prediction_table import save_prediction_table
from twintune.model.tensor_files import save_sealed
from twintune.protocol import CalibrationBin, ClassEvaluation, Evaluation, TopLoss
from twintune.system.files import replacing

_TOP_LOSSES = 20
DATA = "data"
"""The name of the text in the header of predictions that says which images they are of."""
CLASSES = "classes"
"""The name of the text in the header of predictions that names the classes, as a JSON list."""


def evaluation_file_of(run_directory: Path) -> Path:
    """The file with the scores of a run's test, in the run's folder."""
    return run_directory / "evaluation.json"


def prediction_table_of(run_directory: Path) -> Path:
    """The table that says which image each row of the logits is of, in the run's folder."""
    return run_directory / "predictions.csv"


def predictions_file_of(run_directory: Path) -> Path:
    """The file with the logits of a run's test, in the run's folder."""
    return run_directory / "predictions.safetensors"


def save_evaluation(logits: np.ndarray, split: Split, classes: list[str], folder: Path, data: str) -> None:
    """Writes evaluation.json, and predictions.safetensors with the logits and labels that all metrics come from.

    predictions.csv says which image each row of the logits is of.

    Args:
        logits: Array of shape [images, classes], in the split's order.
        split: The images and their labels.
        classes: Class names.
        folder: The run's folder.
        data: The digest of the images of all splits (`Splits.digest`).
    """
    texts = {DATA: data, CLASSES: msgspec.json.encode(classes).decode()}
    save_sealed({"logits": logits, "labels": split.labels}, predictions_file_of(folder), texts)
    save_prediction_table(logits, split, classes, prediction_table_of(folder))
    with replacing(evaluation_file_of(folder)) as file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(describe_evaluation(logits, split, classes))))


def describe_evaluation(logits: np.ndarray, split: Split, classes: list[str]) -> Evaluation:
    """Scores of each class, the confusion matrix, the images with the largest losses, and the calibration.

    Args:
        logits: Array of shape [images, classes], in the split's order.
        split: The images and their labels.
        classes: Class names.
    """
    labels, predicted = split.labels, logits.argmax(axis=1)
    return Evaluation(
        classes=classes,
        confusion=confusion_matrix(predicted, labels, len(classes)).tolist(),
        per_class=_per_class(predicted, labels, classes),
        top_losses=_top_losses(logits, predicted, split, classes),
        calibration=_calibration(logits, labels),
    )


def find_misreported(reported: Evaluation, expected: Evaluation) -> list[str]:
    """Names the parts of a test in detail that aren't those expected, but for the last digits of their numbers."""
    parts = {
        "classes": (reported.classes, expected.classes),
        "confusion matrix": (reported.confusion, expected.confusion),
        "scores of classes": (reported.per_class, expected.per_class),
        "top losses": (reported.top_losses, expected.top_losses),
        # A folder of an earlier version has none.
        "calibration": (reported.calibration or expected.calibration, expected.calibration),
    }
    return [name for name, (given, wanted) in parts.items() if not _is_alike(given, wanted)]


def _is_alike(given: object, wanted: object) -> bool:
    if isinstance(given, float) and isinstance(wanted, float):
        return math.isclose(given, wanted, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(given, list) and isinstance(wanted, list):
        return len(given) == len(wanted) and all(map(_is_alike, given, wanted))
    if isinstance(given, msgspec.Struct) and isinstance(wanted, msgspec.Struct):
        return _is_alike(list(msgspec.structs.astuple(given)), list(msgspec.structs.astuple(wanted)))
    return given == wanted


def _per_class(predicted: np.ndarray, labels: np.ndarray, classes: list[str]) -> list[ClassEvaluation]:
    scores = class_scores(predicted, labels, len(classes))
    return [
        ClassEvaluation(
            name=name,
            precision=_finite(scores.precision[index]),
            recall=_finite(scores.recall[index]),
            f1=_finite(scores.f1[index]),
            support=int(scores.support[index]),
        )
        for index, name in enumerate(classes)
    ]


def _top_losses(logits: np.ndarray, predicted: np.ndarray, split: Split, classes: list[str]) -> list[TopLoss]:
    """The images with the largest losses, the largest first; equal losses stay in the order of the split."""
    labels = split.labels
    losses, probabilities = losses_and_confidences(logits, labels)
    return [
        TopLoss(
            image=split.describe(int(position)),
            label=classes[labels[position]],
            predicted=classes[predicted[position]],
            probability=float(probabilities[position]),
            loss=float(losses[position]),
        )
        for position in np.argsort(-losses, kind="stable")[:_TOP_LOSSES]
    ]


def _calibration(logits: np.ndarray, labels: np.ndarray) -> list[CalibrationBin]:
    predicted, confidences = answers(logits)
    return [
        CalibrationBin(
            images=int(images),
            confidence=float(sums / images) if images else None,
            accuracy=float(right / images) if images else None,
        )
        for images, right, sums in zip(*calibration_bins(confidences, predicted == labels), strict=True)
    ]


def _finite(score: float) -> float | None:
    return float(score) if math.isfinite(score) else None
