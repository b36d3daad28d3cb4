"""The images that the steps of an epoch consumed, counted by what the engine returns."""

from __future__ import annotations

import msgspec
import numpy as np

from twintune.engines.engine import StepOutcome

_SATURATED = 1e-6
"""The loss, in nats, below which a step may rightly move nothing: its gradients round to zero."""


class ConsumedState(msgspec.Struct, frozen=True):
    """The state of a count, as checkpoints hold it."""

    images: int
    weight: float
    seen: bytes
    """One bit for each position in the training split."""
    still: int
    losses: float
    weight_of_losses: float
    right: int


class Consumed:
    """The images of an epoch's steps so far, and what the optimiser made of them."""

    def __init__(self, count: int, state: ConsumedState | None = None) -> None:
        """Begins a count, or goes on with one.

        Args:
            count: The number of images in the training split.
            state: The count so far.
        """
        self.images = state.images if state else 0
        """The number of images in the batches, as the engine had them when it computed the loss."""
        self.weight = state.weight if state else 0.0
        """The sum of the weights that the loss gave to the images, as the engine summed them."""
        self.still = state.still if state else 0
        """The number of optimiser steps that left the head as it was, though there was something to learn."""
        self.right = state.right if state else 0
        """The number of right answers, as the engine counted them before each step."""
        self._losses = state.losses if state else 0.0
        """The sum of the batches' losses, each times its weight."""
        self._weight_of_losses = state.weight_of_losses if state else 0.0
        self._seen = np.zeros(count, bool)
        if state:
            self._seen |= np.unpackbits(np.frombuffer(state.seen, np.uint8), count=count).astype(bool)

    def add(self, outcome: StepOutcome, weight: float, positions: np.ndarray, is_to_move: bool) -> None:
        """Adds a batch.

        Args:
            outcome: The outcome of the batch's step, as the engine computed it.
            weight: The weight of the batch's images by their classes, which its loss was divided by.
            positions: The positions of its images in the training split.
            is_to_move: Whether the learning rate is large enough to move the head.
        """
        self.images += outcome.images
        self.weight += outcome.weight
        self.right += outcome.correct
        self._losses += outcome.loss * weight
        self._weight_of_losses += weight
        self.still += outcome.moved is False and is_to_move and outcome.loss > _SATURATED
        self._seen[positions] = True

    @property
    def loss(self) -> float | None:
        """The mean loss of the images, each by its weight; None if they have none."""
        return self._losses / self._weight_of_losses if self._weight_of_losses > 0 else None

    @property
    def distinct(self) -> int:
        """The number of different images."""
        return int(self._seen.sum())

    @property
    def state(self) -> ConsumedState:
        """The count so far."""
        return ConsumedState(
            self.images,
            self.weight,
            np.packbits(self._seen).tobytes(),
            self.still,
            self._losses,
            self._weight_of_losses,
            self.right,
        )
