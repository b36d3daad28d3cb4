"""What an engine trains on of a batch, beside its inputs."""

from __future__ import annotations

import numpy as np

from twintune.data.dataset import Splits
from twintune.head import dropout_masks
from twintune.precision import array_dtype
from twintune.protocol import RunRequest, Training
from twintune.reporter import Reporter
from twintune.targets import Targets, balanced_class_weights, encode_targets


def class_weights(training: Training, splits: Splits, report: Reporter) -> np.ndarray:
    """The weight of each class in the loss; a class that no training image is of is warned of."""
    if training.class_weights == "none":
        return np.ones(len(splits.classes))
    weights = balanced_class_weights(splits.train.labels, len(splits.classes))
    absent = [name for name, weight in zip(splits.classes, weights, strict=True) if weight == 0]
    if absent:
        report.warning("CLASS_WEIGHTS", f"No training image is of {', '.join(absent)}: its weight in the loss is 0.")
    return weights


class BatchEncoder:
    """Makes targets and dropout masks."""

    def __init__(self, request: RunRequest, class_weights: np.ndarray) -> None:
        """Keeps what they depend on.

        Args:
            request: Gives the label smoothing, the head, the seed, the mode and the precision.
            class_weights: Of each class in the loss, shape [classes].
        """
        self._request = request
        self._class_weights = class_weights

    def targets(self, shares: np.ndarray) -> Targets:
        """What a batch is trained towards, by the shares of the classes in each image, shape [images, classes]."""
        training = self._request.training
        dtype = array_dtype(training.precision)
        return encode_targets(shares, self._class_weights, training.label_smoothing, dtype)

    def masks(self, images: int, step: int) -> tuple[np.ndarray, ...]:
        """Dropout masks of a step, counted from 0 over the run; in idiomatic mode the framework's own layers draw."""
        request = self._request
        if request.mode == "idiomatic":
            return ()
        dtype = array_dtype(request.training.precision)
        return dropout_masks(request.model.head, images, request.seed, step, dtype)
