"""What a run was given, batch by batch, as digests that can be compared epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from twintune.data.targets import Targets
from twintune.digests import ChainedDigest


class ChainState(msgspec.Struct, frozen=True):
    """An `EpochChain` at one moment; digests are in hexadecimal."""

    so_far: str
    epochs: list[str]


class EpochChain(ChainedDigest):
    """A chained digest that keeps what it was after each epoch.

    Two runs of different lengths can then be compared as far as both of them went.
    """

    def __init__(self, state: ChainState | None = None) -> None:
        """Begins a chain, or goes on with one."""
        super().__init__(*([state.so_far] if state else []))
        self.epochs = list(state.epochs) if state else []
        """After each epoch, from the first one on."""

    def end_epoch(self) -> None:
        """Keeps the digest so far as that of the epoch which ends."""
        self.epochs.append(self.hexdigest())

    def state(self) -> ChainState:
        """What to go on from."""
        return ChainState(self.hexdigest(), list(self.epochs))


class EpochDigests:
    """The chains of one run."""

    def __init__(self, states: Mapping[str, ChainState] | None = None) -> None:
        """Begins them, or goes on with what `states` gave."""
        before = states or {}
        self.pixels = EpochChain(before.get("pixels"))
        """Every batch of training and validation pixels, as the model got them."""
        self.batch_order = EpochChain(before.get("batch_order"))
        """The positions in the training split of each batch."""
        self.targets = EpochChain(before.get("targets"))
        """What each batch is trained towards."""
        self.dropout = EpochChain(before.get("dropout"))
        """The dropout masks of each batch."""
        self.schedule = EpochChain(before.get("schedule"))
        """The learning rate of each optimiser step."""

    def add_batch(self, positions: np.ndarray, targets: Targets, masks: tuple[np.ndarray, ...]) -> None:
        """Adds what a training step is given beside its pixels."""
        self.batch_order.add(positions)
        for part in (targets.labels, targets.coefficients, np.array(targets.weight)):
            self.targets.add(part)
        for mask in masks:
            self.dropout.add(mask)

    def add_learning_rate(self, rate: float) -> None:
        """Adds the rate of a step, as the live optimiser had it; float32 is what all of them hold at least."""
        self.schedule.add(np.array(rate, dtype=np.float32))

    def end_epoch(self) -> None:
        """Keeps what every chain is after an epoch and its validation."""
        for chain in self._chains().values():
            chain.end_epoch()

    def states(self) -> dict[str, ChainState]:
        """What to go on from, by name."""
        return {name: chain.state() for name, chain in self._chains().items()}

    def _chains(self) -> dict[str, EpochChain]:
        return vars(self)
