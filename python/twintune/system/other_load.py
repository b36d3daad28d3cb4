"""The load of other processes during a run: a run's times are worth as much as the machine was quiet."""

from __future__ import annotations

import time

import psutil

from twintune.system.cpu import allowed_processors

_SHORTEST_SECONDS = 1.0
"""The shortest time over which a share is told: systems count in ticks of a hundredth of a second."""


class OtherLoad:
    """A measurement of the load of other processes, which starts when the object is made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._busy = _busy_seconds()
        self._ours = _our_seconds()

    def share(self) -> float | None:
        """Share (0 to 1) of processor time that went to other processes since the start.

        The processors are those that this process may use. Other processes are all but this one and the two that
        started it, which are twintune's own. Time that a hypervisor gave to other machines counts too. The share is
        None where the system doesn't tell, or after less than a second.
        """
        seconds = time.perf_counter() - self._start
        if self._busy is None or seconds < _SHORTEST_SECONDS:
            return None
        busy = _busy_seconds()
        if busy is None:
            return None
        processors = len(self._busy)
        others = sum(busy) - sum(self._busy) - (_our_seconds() - self._ours)
        return min(max(others / (processors * seconds), 0.0), 1.0)


def _busy_seconds() -> list[float] | None:
    """Busy seconds so far of each processor that this process may use, for whatever process."""
    try:
        processors = psutil.cpu_times(percpu=True)
    except (OSError, RuntimeError, NotImplementedError):
        return None
    allowed = allowed_processors()
    chosen = processors if allowed is None else [processors[at] for at in allowed if at < len(processors)]
    # Guests' time is part of `user`. Interrupts are left out: no one knows whose they are.
    kinds = ("user", "nice", "system", "steal")
    return [sum(getattr(times, kind, 0.0) for kind in kinds) for times in chosen]


def _our_seconds() -> float:
    process = psutil.Process()
    own = process.cpu_times()
    # Children count once they have ended: the only child of a run is a Python that reads weights.
    total = own.user + own.system + own.children_user + own.children_system
    for parent in process.parents()[:2]:
        try:
            times = parent.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total
