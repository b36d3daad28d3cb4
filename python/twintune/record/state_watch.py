"""The watch over moments at which nothing may change the state of an engine, such as between two epochs."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

State = Mapping[str, np.ndarray]


class StateWatch:
    """A comparison of the state at one moment with that at a later one, by checksums: a copy would take room."""

    def __init__(self) -> None:
        self._left: dict[str, int] | None = None

    def leave(self, state: State) -> None:
        """Remembers a state that should still be there when `changed` is asked next."""
        self._left = checksums_of(state)

    def changed(self, state: State) -> str | None:
        """Compares a state with the one that was left, and forgets that one.

        Returns:
            The first tensor that is another one, or that only one of the two states has; None if there is none.

        Raises:
            LookupError: If no state was left in this process.
        """
        left, self._left = self._left, None
        if left is None:
            raise LookupError("no state was left")
        return first_changed(left, state)


def checksums_of(state: State) -> dict[str, int]:
    """The checksum of each tensor of a state."""
    return {name: _checksum(tensor) for name, tensor in state.items()}


def first_changed(left: Mapping[str, int], state: State) -> str | None:
    """The first tensor that has another checksum than it was left with, or that only one of two states has."""
    now = checksums_of(state)
    return next((name for name in {**left, **now} if left.get(name) != now.get(name)), None)


def first_not_loaded(loaded: State, state: State) -> str | None:
    """The first loaded tensor that an engine's state lacks or has otherwise; None if there is none."""
    return next((name for name in loaded if name not in state or not np.array_equal(loaded[name], state[name])), None)


def first_not_empty(state: State) -> str | None:
    """The first buffer of an optimiser that isn't zero; None if there is none."""
    return next((name for name, tensor in state.items() if name.startswith("optimizer.") and tensor.any()), None)


def _checksum(tensor: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(tensor).data)
