"""The processors that this process may use."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from itertools import groupby


def allowed_processors() -> list[int] | None:
    """Numbers of the processors that this process is bound to, in order; None where the system doesn't tell."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return None


def use_processors(processors: Sequence[int]) -> None:
    """Binds this process and all of its threads to processors, where the system can (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        return
    for thread in os.listdir("/proc/self/task"):
        # A thread may have ended since it was listed.
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), processors)


def available_cores() -> int:
    """The number of cores that this process may use; both frameworks get as many threads.

    A process that starts two others at once gives each a share in TWINTUNE_CORES: threads beyond the number of cores
    spend their time waiting for each other.
    """
    processors = allowed_processors()
    cores = os.cpu_count() or 1 if processors is None else len(processors)
    return min(cores, int(os.environ.get("TWINTUNE_CORES", cores)))


def describe_threads(within: int, between: int) -> str:
    """Describes the CPU threads of either framework, and the processors that they may run on, in the same words.

    Args:
        within: Threads that share one operation.
        between: Operations that may run at once.
    """
    processors = allowed_processors()
    where = "any processor" if processors is None else f"processors {format_ranges(processors)}"
    return f"{within} within and {between} between operations, on {where}"


def describe_waiting() -> str:
    """The variables that say how OpenMP's threads wait for each other, such as `GOMP_SPINCOUNT=1000`; may be empty.

    They change how much a neighbour on the machine costs, and no number.
    """
    names = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    return ", ".join(f"{name}={os.environ[name]}" for name in names if name in os.environ)


def format_ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, such as 0, 1, 2, 5, in short: `0-2, 5`."""
    runs = []
    for _, pairs in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(runs)
