"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

SECONDS_UNTIL_ABANDONED = 24 * 60 * 60
"""The age from which a temporary file that is no longer written to belongs to a process that was killed."""


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Gives a path beside `file` to write to; when the block has ended well, that file takes its place.

    The data are flushed to the disk before that, so that not even a power failure leaves half of it.

    Args:
        file: The file to replace; its folder is made if it is missing.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    # The name is this block's alone: another process, on another machine too, may be writing the same file.
    temporary = file.with_name(f".{file.name}-{uuid.uuid4().hex}.tmp")
    temporary.touch()
    mode = temporary.stat().st_mode
    temporary.unlink()
    try:
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        # Some libraries write for the user alone, whatever the user's mask lets others read.
        temporary.chmod(mode)
        os.replace(temporary, file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Has errors of the system name a file: those of writing name none, and a temporary name says nothing."""
    try:
        yield
    except OSError as error:
        # Libraries have errors of the network of this class, without a number.
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, path) from error


def name_also(file: Path | str, name: Path | str) -> None:
    """Gives a file a second name, which no file has yet; where the system has no hard links, a copy gets it."""
    try:
        os.link(file, name)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(file, name)


def sweep_temporary(folder: Path, seconds: float = SECONDS_UNTIL_ABANDONED) -> None:
    """Deletes the temporary files of `replacing`, in a folder and below, whose process was killed.

    Args:
        folder: The folder; it need not be there.
        seconds: The age from which a file that is no longer written to belongs to a process that was killed.
    """
    for path in folder.rglob(".*.tmp"):
        # Another process may sweep too.
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime >= seconds:
                path.unlink()


def open_regular(file: str) -> BinaryIO:
    """Opens a file to be read.

    Raises:
        OSError: If it can't be opened, or is no regular file: a pipe or a device would never end.
    """
    # A pipe without a writer would not even open.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file")


def read_regular(file: str, most_bytes: int) -> bytes:
    """Reads a file whole.

    Args:
        file: The path.
        most_bytes: The size that no file of the kind has.

    Raises:
        OSError: If it can't be read, is larger, or is no regular file.
    """
    with open_regular(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most_bytes:
            raise OSError(errno.EFBIG, f"it has {size:,} bytes, more than {most_bytes:,}")
        return stream.read()


def state_of(file: Path | str) -> tuple[int, ...]:
    """The state of a file: another state means that the content may be another one. Nothing is read."""
    status = os.stat(file)
    # A copy may keep the time of the last change (mtime), but not that of the last change of status (ctime).
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def digest_of_states(files: Iterable[Path]) -> str:
    """A digest, 16 hexadecimal digits, of the names and states of files."""
    states = hashlib.sha256()
    for file in files:
        states.update(f"{file}\0{state_of(file)}\0".encode(errors="surrogateescape"))
    return states.hexdigest()[:16]
