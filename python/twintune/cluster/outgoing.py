"""The files of a run that are set out on a node, to be brought home."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from typing import NamedTuple

from twintune.system.files import name_also


class Kept(NamedTuple):
    """A file of a run's folder; `node` is its number in the file system, which hard links share."""

    name: str
    """The path within the folder."""
    size: int
    changed: int
    """The time of the last change, in nanoseconds."""
    node: int


_ATTEMPTS = 20
"""The number of attempts to see a folder while nothing in it changes, which takes some milliseconds."""


def set_out(root: str, out: str, known: Collection[Kept]) -> list[Kept]:
    """Lists the finished files of a run's folder, and sets out those that the user's machine doesn't know.

    All files are of one moment, so that none refers to another one of a later time or to one that is missing. They stay
    as they are, whatever the run makes of its folder meanwhile.

    Args:
        root: The run's folder on the node.
        out: The folder in which files are set out; what was set out there before is deleted.
        known: The files that the user's machine has.

    Returns:
        The files, the one that was written first before the others; those that the user's machine has where the run
        writes too often for a look in between.

    Raises:
        OSError: If a folder can't be listed: its files would look deleted.
    """
    for _ in range(_ATTEMPTS):
        shutil.rmtree(out, ignore_errors=True)
        found = set(_finished_files(root))
        for file in found.difference(known):
            place = os.path.join(out, file.name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                name_also(os.path.join(root, file.name), place)
        if set(_finished_files(root)) == found:
            return sorted(found, key=_written)
    return list(known)


def _finished_files(root: str) -> Iterator[Kept]:
    def refuse(error: OSError) -> None:
        # The run may just have deleted the folder.
        if not isinstance(error, FileNotFoundError):
            raise error

    for above, _, names in os.walk(root, onerror=refuse):
        for name in names:
            path = os.path.join(above, name)
            # The run may just have deleted the file.
            with contextlib.suppress(FileNotFoundError):
                status = os.lstat(path)
                if not (name.startswith(".") and name.endswith(".tmp")) and stat.S_ISREG(status.st_mode):
                    yield Kept(os.path.relpath(path, root), status.st_size, status.st_mtime_ns, status.st_ino)


def _written(file: Kept) -> tuple[int, bool]:
    # The last checkpoint gets a second name once it is there.
    return file.changed, file.name != "checkpoint/last.safetensors"
