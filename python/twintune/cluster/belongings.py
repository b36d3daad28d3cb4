"""Files and folders of the user's machine, and whether a node has them too, as it has on a disk that both share."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple

ANY = ""
"""The mark of a file or folder that may be any of its path."""


class Belonging(NamedTuple):
    """A file or folder, and what tells it from another one of its path."""

    path: str
    mark: str


def belonging(path: str) -> Belonging | None:
    """Looks at a file or folder of this machine; None if it isn't there."""
    mark = _mark_of(path)
    return None if mark is None else Belonging(path, mark)


def is_as(theirs: Belonging) -> bool:
    """Whether this machine has a file or folder that looks the same; nothing is read."""
    return os.path.exists(theirs.path) if theirs.mark == ANY else _mark_of(theirs.path) == theirs.mark


def _mark_of(path: str) -> str | None:
    """A file's size and time, in seconds, since not all systems know fractions; or the names in a folder."""
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            return f"{status.st_size} bytes of {status.st_mtime_ns // 10**9}"
        names = "\0".join(sorted(os.listdir(path)))
        return hashlib.sha256(os.fsencode(names)).hexdigest()
    except OSError:
        return None
