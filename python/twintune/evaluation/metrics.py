"""Metrics as sums and counts over all images, divided once: a short last batch counts by its images.

They are written in NumPy, and the tests compare them with scikit-learn: in a process whose memory and seconds are
measured, importing scikit-learn would cost more of both than the metrics do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twintune.protocol import EvaluationMetrics, TrainingMetrics

_CALIBRATION_BINS = 15


@dataclass
class Accumulator:
    """Sums of loss, weight and right answers over images."""

    loss_sum: float = 0.0
    weight: float = 0.0
    correct: int = 0
    count: int = 0

    def add(self, loss: float, weight: float, correct: int, count: int) -> None:
        """Adds a batch of `count` images: its loss, already divided by `weight`, and its right answers."""
        self.loss_sum += loss * weight
        self.weight += weight
        self.correct += correct
        self.count += count

    def metrics(self) -> TrainingMetrics:
        """The accuracy (0 to 1) and mean loss (nats) over all images added."""
        return TrainingMetrics(accuracy=self.correct / self.count, loss=self.loss_sum / self.weight)


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of each class; arrays of shape [classes]."""

    precision: np.ndarray
    """Right answers among the images predicted as the class, 0 to 1; NaN where there are none."""
    recall: np.ndarray
    """Right answers among the class's images, 0 to 1; NaN where it has none."""
    f1: np.ndarray
    """Harmonic mean of precision and recall, 0 to 1; NaN where a class has no image and was never predicted."""
    support: np.ndarray
    """The number of the class's images."""


class CalibrationBins(NamedTuple):
    """Images of each bin of probabilities; arrays of shape [bins]."""

    images: np.ndarray
    """The numbers of images."""
    right: np.ndarray
    """The numbers of right answers."""
    confidences: np.ndarray
    """The sums of the answers' probabilities."""


def evaluate_logits(logits: np.ndarray, labels: np.ndarray) -> EvaluationMetrics:
    """Metrics of a whole split, computed by the same code for both frameworks.

    Args:
        logits: Array of shape [images, classes], at least one image.
        labels: Class indices, shape [images].

    Returns:
        The metrics; macro F1 is the unweighted mean over the classes that are among the labels or the predictions.
    """
    predicted = logits.argmax(axis=1)
    right = predicted == labels
    classes = logits.shape[1]
    losses, confidences = losses_and_confidences(logits, labels)
    return EvaluationMetrics(
        accuracy=float(right.mean()),
        top_five_accuracy=top_accuracy(logits, labels, 5) if classes > 5 else None,
        macro_f1=float(np.nanmean(class_scores(predicted, labels, classes).f1)),
        loss=float(losses.mean()),
        calibration_error=calibration_error(confidences, right),
    )


def losses_and_confidences(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cross-entropy (log loss) of each image, and the softmax probability of its predicted class.

    Args:
        logits: Array of shape [images, classes].
        labels: Class indices, shape [images].

    Returns:
        Losses in nats and probabilities from 0 to 1; both float64 arrays of shape [images].
    """
    # Only one array of this size lives at a time: there may be many classes.
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    of_label = shifted[np.arange(len(labels)), labels]
    sums = np.exp(shifted, out=shifted).sum(axis=1)
    return np.log(sums) - of_label, 1 / sums


def probabilities_of(logits: np.ndarray) -> np.ndarray:
    """The softmax of logits, both of shape [images, classes], in float64."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted, out=shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def answers(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The predicted class of each image, and its softmax probability.

    Args:
        logits: Array of shape [images, classes].

    Returns:
        Class indices, and probabilities from 0 to 1 in float64; both arrays of shape [images].
    """
    predicted = logits.argmax(axis=1)
    return predicted, losses_and_confidences(logits, predicted)[1]


def top_accuracy(logits: np.ndarray, labels: np.ndarray, count: int) -> float:
    """Share of the images whose label is among the `count` largest logits; of equal logits the first class goes first.

    Args:
        logits: Array of shape [images, classes].
        labels: Class indices, shape [images].
        count: The number of classes that an image may be predicted as.
    """
    of_label = logits[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(logits.shape[1]) < labels[:, None]
    better = (logits > of_label) | ((logits == of_label) & earlier)
    return float((better.sum(axis=1) < count).mean())


def class_scores(predicted: np.ndarray, labels: np.ndarray, classes: int) -> ClassScores:
    """Precision, recall and F1 of each class.

    Args:
        predicted: Predicted class indices, shape [images].
        labels: Class indices, shape [images].
        classes: The number of classes.
    """
    support = np.bincount(labels, minlength=classes)
    answered = np.bincount(predicted, minlength=classes)
    right = np.bincount(labels[predicted == labels], minlength=classes)
    with np.errstate(invalid="ignore"):
        return ClassScores(
            precision=right / answered,
            recall=right / support,
            f1=2 * right / (answered + support),
            support=support,
        )


def confusion_matrix(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Counts of images by label (rows) and predicted class (columns).

    Args:
        predicted: Predicted class indices, shape [images].
        labels: Class indices, shape [images].
        classes: The number of classes.

    Returns:
        An int64 array of shape [classes, classes].
    """
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def calibration_error(confidences: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks").

    The error is the sum over the bins of the distance between accuracy and mean confidence, weighted by the bin's share
    of the images.

    Args:
        confidences: Probabilities of the answers, above 0 and up to 1, shape [images].
        right: Whether the answers are right, shape [images].

    Returns:
        The error, 0 to 1.
    """
    bins = calibration_bins(confidences, right)
    return float(np.abs(bins.right - bins.confidences).sum() / len(confidences))


def calibration_bins(confidences: np.ndarray, right: np.ndarray) -> CalibrationBins:
    """Images by the probability of their answer: 15 bins from 0 to 1, of equal width and closed at their upper end.

    Args:
        confidences: Probabilities of the answers, above 0 and up to 1, shape [images].
        right: Whether the answers are right, shape [images].
    """
    bins = np.digitize(confidences, np.linspace(0, 1, _CALIBRATION_BINS + 1)[1:-1], right=True)
    images, rights, sums = (
        np.bincount(bins, weights=weights, minlength=_CALIBRATION_BINS) for weights in (None, right, confidences)
    )
    return CalibrationBins(images, rights, sums)
