"""Metrics as sums and counts, divided once: a short last batch counts for what it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.protocol import Metrics


@dataclass
class Accumulator:
    """Sums over images."""

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

    def metrics(self) -> Metrics:
        """The means over all images added."""
        return Metrics(accuracy=self.correct / self.count, loss=self.loss_sum / self.weight)


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Cross-entropy of each image in nats, from logits, in float64.

    Args:
        logits: Shape [images, classes].
        labels: Class indices, shape [images].

    Returns:
        Shape [images].
    """
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return log_sum - shifted[np.arange(len(labels)), labels]


def evaluate_logits(logits: np.ndarray, labels: np.ndarray) -> Metrics:
    """Metrics of a whole split, computed by the same code for both frameworks.

    Args:
        logits: Shape [images, classes].
        labels: Class indices, shape [images].
    """
    correct = int((logits.argmax(axis=1) == labels).sum())
    return Metrics(accuracy=correct / len(labels), loss=float(cross_entropy(logits, labels).mean()))
