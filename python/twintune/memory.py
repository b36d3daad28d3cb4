"""Resident memory of this process, for frameworks on a CPU."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


def start_resident_peak() -> None:
    """Forgets the resident-set peak so far, where the system can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def resident_peak() -> tuple[int, str]:
    """Peak of the resident set in bytes, and how it was read."""
    try:
        status = Path("/proc/self/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024, "resident-set peak of the Python process in this run (VmHWM)"
    except (OSError, StopIteration):
        pass
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset, "peak working set of the Python process"
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    return peak * unit, "resident-set peak of the Python process since its start (ru_maxrss)"
