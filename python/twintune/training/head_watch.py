"""Looks at the head once the steps of an epoch are over: what follows may neither move it nor write another one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twintune.engines.engine import FeatureEngine
from twintune.protocol import StateCheck
from twintune.record.state_watch import checksums_of, first_changed
from twintune.training.context import RunContext


class HeadWatch:
    """The look at the head of one run, by checksums; a head that isn't the one that was left is told as a change.

    The head stands for the whole model: a checksum of a large backbone after each epoch would cost more than its steps.
    """

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._left: dict[str, int] = {}
        self._after = ""
        self._of_epochs: dict[tuple[int, int], dict[str, int]] = {}
        """The checksums after each epoch that this process has trained, by the numbers of its phase and itself."""

    def leave(self, after: str) -> None:
        """Remembers the head as steps have left it.

        Args:
            after: The name of these steps, such as `epoch 2`.
        """
        self._after, self._left = after, checksums_of(self._live())

    def leave_epoch(self) -> None:
        """Remembers the head as the steps of an epoch have left it."""
        position = self._run.position
        self.leave(f"epoch {position.epoch}")
        self._of_epochs[position.phase, position.epoch] = self._left

    def is_as_left(self) -> bool:
        """Whether the live head is the one that the steps have left."""
        return checksums_of(self._live()) == self._left

    def check_live(self) -> None:
        """Looks for a head that was moved by the validation or by the writing of a checkpoint."""
        self._tell(f"after the validation and the checkpoint that follow {self._after}", self._left, self._live())

    def check_written(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Looks for a head in a checkpoint that isn't the one that the steps have left.

        Args:
            tensors: The checkpoint's tensors. Idiomatic mode names them as its library does, and isn't looked at.
        """
        if isinstance(self._run.engine, FeatureEngine):
            head = {name: tensor for name, tensor in tensors.items() if name in self._left}
            self._tell(f"in the checkpoint after {self._after}", self._left, head)

    def knows(self, epoch: int) -> bool:
        """Whether this process has trained an epoch of the phase, given by its number."""
        return (self._run.position.phase, epoch) in self._of_epochs

    def check_restored(self, epoch: int) -> None:
        """Looks for a restored head that isn't that of its epoch, if this process has trained the epoch.

        Args:
            epoch: The number of the epoch in its phase.
        """
        left = self._of_epochs.get((self._run.position.phase, epoch))
        if left is not None:
            self._tell(f"when the weights of epoch {epoch} were restored", left, self._live())

    def _live(self) -> dict[str, np.ndarray]:
        return self._run.engine.head_tensors()

    def _tell(self, at: str, left: Mapping[str, int], head: Mapping[str, np.ndarray]) -> None:
        changed = first_changed(left, head)
        if changed is not None:
            self._run.record.add_check(StateCheck(at=at, changed=changed))
