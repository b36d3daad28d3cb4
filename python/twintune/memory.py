"""Resident memory of this process, for frameworks on a CPU."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


class ResidentPeak:
    """The peak of the resident set, since `start` where the system can forget an earlier one (Linux)."""

    def __init__(self) -> None:
        self._is_forgotten = False

    def start(self) -> None:
        """Forgets the peak so far; what an earlier run on this worker keeps for later is part of the next one."""
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


def _high_water_mark() -> int | None:
    """In bytes; None where the system keeps none (not Linux)."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), None)
    return None if line is None else int(line.split()[1]) * 1024
