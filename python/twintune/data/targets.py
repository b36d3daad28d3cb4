"""The targets of a batch: cross-entropy with label smoothing and class weights, as coefficients.

The meaning is PyTorch's for labels (`torch.nn.CrossEntropyLoss(weight=w, label_smoothing=eps)`), and the same for
shares of classes, as mixing gives them: with targets t of shape [images, classes], the loss of a batch is

    sum_ic coefficient_ic * -log_softmax(logits)_ic / weight coefficient_ic = w_c * ((1 - eps) * t_ic + eps / classes)
    weight = sum_ic w_c * t_ic

(for shares PyTorch itself divides by the number of images). An engine so needs neither the smoothing nor the class
weights, and batches of an accumulation group can be summed before they are divided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.digests import digest_tensors
from twintune.model.precision import array_dtype
from twintune.protocol import Training


@dataclass(frozen=True)
class Targets:
    """The targets from which the loss of a batch is computed."""

    labels: np.ndarray
    """The class of each image, for a mixed image the one with the largest share; int64, shape [images]."""
    coefficients: np.ndarray
    """The factor of each -log_softmax in the loss; shape [images, classes]."""
    weight: float
    """The divisor of the loss: the sum of the images' class weights."""


class TargetEncoder:
    """The encoder of the targets of a run's batches."""

    def __init__(self, labels: np.ndarray, classes: int, training: Training) -> None:
        """Computes the class weights.

        Args:
            labels: Class indices of all training images, int64.
            classes: The number of classes.
            training: The training settings, which give the smoothing, the class weights and the precision.
        """
        balances = training.class_weights == "balanced"
        self.class_weights = balanced_class_weights(labels, classes) if balances else np.ones(classes)
        self.label_smoothing = training.label_smoothing
        self.dtype = array_dtype(training.precision)

    def encode(self, shares: np.ndarray) -> Targets:
        """Encodes the targets of a batch from the shares of the classes, float64 of shape [images, classes]."""
        return encode_targets(shares, self.class_weights, self.label_smoothing, self.dtype)

    def describe(self) -> str:
        """Describes the smoothing and the class weights in one line."""
        weights = digest_tensors({"weights": self.class_weights}) if np.ptp(self.class_weights) else "all 1"
        return f"label smoothing {self.label_smoothing:g}, class weights {weights}"


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """One-hot targets of shape [images, classes], float64, from int64 labels of shape [images]."""
    # Rows of an identity matrix would cost the square of the classes at every step.
    targets = np.zeros((len(labels), classes))
    targets[np.arange(len(labels)), labels] = 1
    return targets


def encode_targets(targets: np.ndarray, class_weights: np.ndarray, label_smoothing: float, dtype: str) -> Targets:
    """Computes the targets of a batch, in float64 until the end.

    Args:
        targets: The shares of the classes in each image, of shape [images, classes]; each row has a sum of 1.
        class_weights: The weights of the classes, of shape [classes], each at least 0.
        label_smoothing: The share that is spread evenly over all classes, 0 to 1.
        dtype: The coefficients' dtype, `float32` or `float64`.
    """
    smoothed = (1 - label_smoothing) * targets + label_smoothing / targets.shape[1]
    return Targets(
        labels=targets.argmax(axis=1),
        coefficients=(class_weights * smoothed).astype(dtype),
        weight=float((class_weights * targets).sum()),
    )


def balanced_class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Weights under which every class counts the same: images / (classes * images of the class).

    This is scikit-learn's `class_weight="balanced"`; a class without images, whose weight would be infinite, gets 0.

    Args:
        labels: Class indices of all training images, int64.
        classes: The number of classes.

    Returns:
        The weights, float64 of shape [classes].
    """
    counts = np.bincount(labels, minlength=classes)
    return np.divide(len(labels), classes * counts, out=np.zeros(classes), where=counts > 0)
