"""Wall-clock seconds by part."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator


class Stopwatch:
    """Sums of seconds, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

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


class Pace:
    """Says when it is time again: at most once in `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._last = time.perf_counter()

    def is_due(self) -> bool:
        """Whether the interval has passed since it last was."""
        now = time.perf_counter()
        if now - self._last < self.interval:
            return False
        self._last = now
        return True
