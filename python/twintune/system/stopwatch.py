"""Stopwatches: wall-clock seconds by part, seconds of waiting, and a pace."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Stopwatch:
    """Sums of wall-clock seconds by the name of a part.

    Args:
        seconds: The sums so far, to which the stopwatch adds.
    """

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Adds the time of the block to a part."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        """Adds seconds to a part."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds


class Waiting(Iterator[Item], Generic[Item]):
    """An iterator that passes items on, and adds up the seconds that each was waited for."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._seconds = 0.0

    def __next__(self) -> Item:
        start = time.perf_counter()
        try:
            return next(self._items)
        finally:
            self._seconds += time.perf_counter() - start

    def take_seconds(self) -> float:
        """Seconds of waiting since they were last taken."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds


class Pace:
    """A clock that is due at most once in `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._last = time.perf_counter()

    def restart(self) -> None:
        """Begins the interval anew."""
        self._last = time.perf_counter()

    def is_due(self) -> bool:
        """Whether the interval has passed since the clock was last due."""
        now = time.perf_counter()
        if now - self._last < self.interval:
            return False
        self._last = now
        return True
