"""Locks on files, which end with the process that holds them."""

from __future__ import annotations

from typing import BinaryIO

from twintune.system.files import naming


def lock(file: str) -> BinaryIO | None:
    """Locks a file, which is made if it is missing; None if another process holds it.

    Closing the file ends the lock.

    Raises:
        OSError: If the file can't be made, or its system has no locks.
    """
    # A driver on Windows imports this module too, and locks nothing.
    import fcntl

    stream = open(file, "ab")
    try:
        with naming(file):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        stream.close()
        if isinstance(error, BlockingIOError):
            return None
        raise
    return stream


def is_locked(file: str) -> bool:
    """Whether a process holds a file's lock."""
    taken = lock(file)
    if taken is None:
        return True
    taken.close()
    return False
