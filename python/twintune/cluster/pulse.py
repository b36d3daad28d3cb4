"""The signs of life of a worker whose work is done on a node, where its own processor seconds say nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from twintune.errors import Cancelled

_PULSE_SECONDS = 5.0
"""The time between two looks at whether the framework's process computes."""

_IDLE_SHARE, _CHANCE_SECONDS = 0.01, 0.02
"""The share of a processor that a waiting process may use, and the seconds that two clock ticks may show by chance
(`src/worker/silence-watch.ts` has the same)."""

WAITING = json.dumps({"type": "waiting"})
"""The report of a worker that the cluster has no room for yet; the worker's parent takes it as a sign of life."""

ALIVE = json.dumps({"type": "alive"})
"""The report of a worker that computes on its node and has nothing else to tell."""


class Pulse:
    """The work of a process, by the seconds of a processor that it uses. A process that only waits uses some too."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._looked = time.monotonic()

    def computed(self, seconds: float) -> bool:
        """Whether the process has computed since the last look; False until it is time for another one."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < _PULSE_SECONDS:
            return False
        before, self._seconds, self._looked = self._seconds, seconds, now
        return before is None or seconds - before > _CHANCE_SECONDS + _IDLE_SHARE * passed


def ask(emit: Callable[[str], bool], report: str) -> None:
    """Reports, where no place has to be told that the work should stop.

    Raises:
        Cancelled: If it should stop.
    """
    if not emit(report):
        raise Cancelled
