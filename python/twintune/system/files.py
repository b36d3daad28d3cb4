"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Gives a path beside `file` to write to; when the block has ended well, that file takes its place.

    What was written is on the disk by then, so that not even a power failure leaves half of it.

    Args:
        file: Its folder is made where it isn't there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    # Of this block alone: another process, on another machine too, may be writing the same file.
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


def state_of(file: Path) -> tuple[int, ...]:
    """Tells what a file holds from what the same path may hold later, without reading it."""
    status = file.stat()
    # A copy may keep the time of its last change, but not that of its status.
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
