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
    """The look of a file, or a digest of the names in a folder and of how each of its entries looks."""
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            return _look_of(status)
        with os.scandir(path) as entries:
            looks = sorted(f"{entry.name}\0{_look_of(_status_of(entry))}" for entry in entries)
        return hashlib.sha256(os.fsencode("\0".join(looks))).hexdigest()
    except OSError:
        return None


def _look_of(status: os.stat_result) -> str:
    """The kind of a file or folder, its second of change, since not all systems know fractions, and a file's size."""
    kind, second = stat.S_IFMT(status.st_mode), status.st_mtime_ns // 10**9
    if kind == stat.S_IFLNK:
        # Few copies of a link keep its time.
        return "a link that leads nowhere"
    return f"a folder of {second}" if kind == stat.S_IFDIR else f"{kind:o}: {status.st_size} bytes of {second}"


def _status_of(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)
