"""Memory of this process, for frameworks on a CPU."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

_TRIM_THRESHOLD, _MAPPED_BLOCKS = -1, -4
"""glibc's `M_TRIM_THRESHOLD` and `M_MMAP_MAX`."""


def keep_freed_memory() -> None:
    """Has the C library keep what is freed for what is allocated next, where it can be told to (glibc).

    By default the C library maps each large block apart and gives it back when it is freed, so that the system clears
    the pages again for the next batch. This takes a sixth of the time of PyTorch, which allocates every activation
    there; TensorFlow has an allocator of its own.
    """
    set_option = _of_the_c_library("mallopt")
    if set_option is not None:
        set_option(_MAPPED_BLOCKS, 0)
        set_option(_TRIM_THRESHOLD, -1)


def give_freed_memory_back() -> None:
    """Gives the system what the C library keeps, where it can be told to (glibc)."""
    trim = _of_the_c_library("malloc_trim")
    if trim is not None:
        trim(0)


class ResidentPeak:
    """The peak of the resident set, since `start` where the system can forget an earlier one (Linux)."""

    def __init__(self) -> None:
        self._is_forgotten = False

    def start(self) -> None:
        """Forgets the peak so far; what the framework itself keeps of an earlier run is part of the next one."""
        give_freed_memory_back()
        try:
            Path("/proc/self/clear_refs").write_text("5")
            self._is_forgotten = True
        except OSError:
            self._is_forgotten = False

    def read(self) -> tuple[int, str]:
        """Peak in bytes, and how it was read."""
        since = "in this run" if self._is_forgotten else "since its start"
        peak = _high_water_mark()
        if peak is not None:
            return peak, f"resident-set peak of the Python process {since} (VmHWM)"
        if sys.platform == "win32":
            return psutil.Process().memory_info().peak_wset, "peak working set of the Python process since its start"
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return peak, "resident-set peak of the Python process since its start (ru_maxrss)"


def _of_the_c_library(name: str) -> Callable[..., int] | None:
    """A function of the C library that Python runs on; None where it has none of this name."""
    return None if sys.platform == "win32" else getattr(ctypes.CDLL(None), name, None)


def _high_water_mark() -> int | None:
    """The peak of the resident set in bytes; None where the system keeps none (not Linux)."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), None)
    return None if line is None else int(line.split()[1]) * 1024
