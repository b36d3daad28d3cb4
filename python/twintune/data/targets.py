"""What a batch is trained towards: cross-entropy with label smoothing and class weights, as coefficients.

PyTorch's meaning for labels (`torch.nn.CrossEntropyLoss(weight=w, label_smoothing=eps)`), and the same for shares of
classes, as mixing gives them: with targets t of shape [images, classes], the loss of a batch is

    sum_ic coefficient_ic * -log_softmax(logits)_ic / weight
    coefficient_ic = w_c * ((1 - eps) * t_ic + eps / classes)
    weight = sum_ic w_c * t_ic

(of shares PyTorch itself divides by the images), so that an engine needs neither the smoothing nor the class weights,
and batches of a group can be summed before they are divided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.digests import digest_tensors
from twintune.model.precision import array_dtype
from twintune.protocol import Training


@dataclass(frozen=True)
class Targets:
    """What the loss of a batch is computed from."""

    labels: np.ndarray
    """int64, [images]: each image's class, of mixed images the one with the largest share."""
    coefficients: np.ndarray
    """[images, classes]: what each -log_softmax counts."""
    weight: float
    """What the sum is divided by: the images, each by the weight of its class."""


class TargetEncoder:
    """Makes the targets of a run's batches."""

    def __init__(self, labels: np.ndarray, classes: int, training: Training) -> None:
        """Weighs the classes.

        Args:
            labels: int64, of all training images.
            classes: Number of classes.
            training: Gives the smoothing, whether classes are weighed, and the precision.
        """
        balances = training.class_weights == "balanced"
        self.class_weights = balanced_class_weights(labels, classes) if balances else np.ones(classes)
        self.label_smoothing = training.label_smoothing
        self.dtype = array_dtype(training.precision)

    def encode(self, shares: np.ndarray) -> Targets:
        """The targets of a batch, of float64 shares of shape [images, classes]."""
        return encode_targets(shares, self.class_weights, self.label_smoothing, self.dtype)

    def describe(self) -> str:
        """A line on the smoothing and the class weights."""
        weights = digest_tensors({"weights": self.class_weights}) if np.ptp(self.class_weights) else "all 1"
        return f"label smoothing {self.label_smoothing:g}, class weights {weights}"


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """float64 targets of shape [images, classes], of int64 labels of shape [images]."""
    # Rows of an identity matrix would cost the square of the classes at every step.
    targets = np.zeros((len(labels), classes))
    targets[np.arange(len(labels)), labels] = 1
    return targets


def encode_targets(targets: np.ndarray, class_weights: np.ndarray, label_smoothing: float, dtype: str) -> Targets:
    """Makes the coefficients of a batch, in float64 until the end.

    Args:
        targets: [images, classes], each row the shares of the classes in an image, with a sum of 1.
        class_weights: [classes], each at least 0.
        label_smoothing: 0 to 1: the share that is spread evenly over all classes.
        dtype: Of the coefficients, `float32` or `float64`.
    """
    smoothed = (1 - label_smoothing) * targets + label_smoothing / targets.shape[1]
    return Targets(
        labels=targets.argmax(axis=1),
        coefficients=(class_weights * smoothed).astype(dtype),
        weight=float((class_weights * targets).sum()),
    )


def balanced_class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Weights under which every class counts the same: images / (classes * images of the class).

    It is scikit-learn's `class_weight="balanced"`; a class without images, whose weight would be infinite, gets 0.

    Args:
        labels: int64, of all training images.
        classes: Number of classes.

    Returns:
        float64, [classes].
    """
    counts = np.bincount(labels, minlength=classes)
    return np.divide(len(labels), classes * counts, out=np.zeros(classes), where=counts > 0)
