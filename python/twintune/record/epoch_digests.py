"""Digests of a run's batches, which can be compared epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import msgspec
import numpy as np

from twintune.data.targets import Targets
from twintune.digests import ChainedDigest


class ChainState(msgspec.Struct, frozen=True):
    """The state of an `EpochChain`; digests are in hexadecimal."""

    so_far: str
    epochs: list[str]


class EpochChain(ChainedDigest):
    """A chained digest that keeps its value after each epoch.

    Two runs of different lengths can then be compared as far as both of them went.
    """

    def __init__(self, state: ChainState | None = None) -> None:
        """Begins a chain, or continues the chain of a state."""
        super().__init__(*([state.so_far] if state else []))
        self.epochs = list(state.epochs) if state else []
        """The digest after each epoch, from the first one on."""

    def end_epoch(self) -> None:
        """Keeps the digest so far as the value after the epoch which ends."""
        self.epochs.append(self.hexdigest())

    def state(self) -> ChainState:
        """The chain's state, to continue it from later."""
        return ChainState(self.hexdigest(), list(self.epochs))


@dataclass
class EpochDigests:
    """The chained digests of one run, each known by its field's name in a checkpoint."""

    pixels: EpochChain = field(default_factory=EpochChain)
    """The digest of every batch of training and validation pixels, as the model got them."""
    batch_order: EpochChain = field(default_factory=EpochChain)
    """The digest of each batch's positions in the training split."""
    targets: EpochChain = field(default_factory=EpochChain)
    """The digest of each batch's targets: labels, coefficients and weight."""
    dropout: EpochChain = field(default_factory=EpochChain)
    """The digest of each batch's dropout masks."""
    schedule: EpochChain = field(default_factory=EpochChain)
    """The digest of each optimiser step's learning rate."""

    @classmethod
    def restored(cls, states: Mapping[str, ChainState]) -> EpochDigests:
        """Continues the chains from what `states` returned."""
        return cls(**{name: EpochChain(state) for name, state in states.items()})

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
        for chain in self._chains().values():
            chain.end_epoch()

    def states(self) -> dict[str, ChainState]:
        """The states of the chains by name, to continue them from later."""
        return {name: chain.state() for name, chain in self._chains().items()}

    def _chains(self) -> dict[str, EpochChain]:
        return {each.name: getattr(self, each.name) for each in fields(self)}
