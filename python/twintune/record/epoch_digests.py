"""Digests of a run's batches, which can be compared epoch by epoch."""

from __future__ import annotations

import msgspec
import numpy as np

from twintune.data.targets import Targets
from twintune.digests import ChainedDigest


class EpochChain(msgspec.Struct):
    """A chained digest that keeps its value after each epoch.

    Two runs of different lengths can then be compared as far as both of them went.
    """

    so_far: str = ChainedDigest().hexdigest()
    """The chain so far, in hexadecimal."""
    epochs: list[str] = msgspec.field(default_factory=list)
    """The digest after each epoch, from the first one on."""

    def add(self, array: np.ndarray) -> None:
        """Appends an array (see `ChainedDigest`)."""
        chain = ChainedDigest(self.so_far)
        chain.add(array)
        self.so_far = chain.hexdigest()

    def add_digest(self, digest: str) -> None:
        """Appends what is known by its digest alone, in hexadecimal."""
        chain = ChainedDigest(self.so_far)
        chain.add_digest(digest)
        self.so_far = chain.hexdigest()

    def end_epoch(self) -> None:
        """Keeps the digest so far as the value after the epoch which ends."""
        self.epochs.append(self.so_far)


class EpochDigests(msgspec.Struct):
    """The chained digests of one run, which its checkpoints hold as they are here."""

    pixels: EpochChain = msgspec.field(default_factory=EpochChain)
    """The digest of every batch of training and validation pixels, as the model got them."""
    batch_order: EpochChain = msgspec.field(default_factory=EpochChain)
    """The digest of each batch's positions in the training split."""
    targets: EpochChain = msgspec.field(default_factory=EpochChain)
    """The digest of each batch's targets: labels, coefficients and weight."""
    dropout: EpochChain = msgspec.field(default_factory=EpochChain)
    """The digest of each batch's dropout masks."""
    schedule: EpochChain = msgspec.field(default_factory=EpochChain)
    """The digest of each optimiser step's learning rate."""

    def add_batch(self, positions: np.ndarray, targets: Targets, masks: tuple[np.ndarray, ...]) -> None:
        """Adds the inputs of a training step other than its pixels: positions, targets and dropout masks."""
        self.batch_order.add(positions)
        for part in (targets.labels, targets.coefficients, np.array(targets.weight)):
            self.targets.add(part)
        for mask in masks:
            self.dropout.add(mask)

    def add_learning_rate(self, rate: float) -> None:
        """Adds a step's learning rate as the live optimiser had it, in float32, the least that an optimiser holds."""
        self.schedule.add(np.array(rate, dtype=np.float32))

    def end_epoch(self) -> None:
        """Keeps the value of every chain after an epoch and its validation."""
        for chain in (self.pixels, self.batch_order, self.targets, self.dropout, self.schedule):
            chain.end_epoch()
