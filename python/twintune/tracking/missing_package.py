"""The packages of the trackers, which `twintune setup` leaves out."""

from __future__ import annotations

import sys

from twintune.errors import install_command


def explain_missing(error: ModuleNotFoundError) -> tuple[str, str]:
    """The message and the hint for a package that the trackers' Python lacks."""
    message = f"The Python package {error.name!r} is not installed in {sys.executable}."
    return message, f"Install it: {install_command('requirements-tracking.txt')}"
