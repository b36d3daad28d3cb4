"""The processors that this process may use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Cores that this process may run on; both frameworks get as many threads."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
