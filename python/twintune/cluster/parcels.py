"""Parcels: pieces of files that travel by one call. Many small files share one, and a large file takes several."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from twintune.cluster.listing import CannotTravel
from twintune.system.files import open_regular

PARCEL_BYTES = 32 * 2**20
"""The most bytes of a parcel. A few of them fit into the smallest object store that a cluster has."""

_PIECE_BYTES = 512
"""The bytes that a piece takes beside its content, so that a parcel of empty files is bounded too."""


class Travelling(NamedTuple):
    """A file that travels, as it was when it was listed."""

    path: str
    size: int
    """The size in bytes."""
    changed: int
    """The time of the last change, in nanoseconds."""


class Piece(NamedTuple):
    """A piece of a file; the last one ends at the file's size."""

    file: Travelling
    start: int
    """The position of the piece in the file, in bytes."""
    content: bytes


def pack(files: Iterable[Travelling], most: int = PARCEL_BYTES) -> Iterator[list[Piece]]:
    """Reads files into parcels, one parcel at a time.

    Args:
        files: The files, as they were listed.
        most: The most bytes of a parcel.

    Raises:
        CannotTravel: If a file can't be read, or isn't the listed one any more.
    """
    parcel: list[Piece] = []
    room = most
    for file in files:
        start = 0
        while start < file.size or start == 0:
            if room <= _PIECE_BYTES:
                yield parcel
                parcel, room = [], most
            content = _read(file, start, room - _PIECE_BYTES)
            parcel.append(Piece(file, start, content))
            room -= len(content) + _PIECE_BYTES
            start += len(content)
            if file.size == 0:
                break
    if parcel:
        yield parcel


def _read(file: Travelling, start: int, most: int) -> bytes:
    """Reads a piece of at least one byte, and of at most `most` bytes, of a file that must not have changed."""
    try:
        with open_regular(file.path) as stream:
            stream.seek(start)
            content = stream.read(min(most, file.size - start))
            status = os.fstat(stream.fileno())
    except FileNotFoundError as error:
        raise _changed(file) from error
    except OSError as error:
        raise CannotTravel(file.path, f"it can't be read ({error.strerror})") from error
    if (status.st_size, status.st_mtime_ns) != (file.size, file.changed) or (file.size > start and not content):
        raise _changed(file)
    return content


def _changed(file: Travelling) -> CannotTravel:
    return CannotTravel(file.path, "it was changed while it was on its way", is_changed=True)
