"""The store of a node: files that have travelled there, and the folder in which a run works that has none there.

Data lie below `travelled/HOME/files` of the node's cache folder, where HOME stands for the user's machine; they stay
for runs to come. The folder of a run lies below `travelled-runs/` and goes with its place.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
import uuid
from collections.abc import Mapping
from typing import BinaryIO, Literal, TypedDict

from twintune.cluster.belongings import Belonging, is_as
from twintune.cluster.listing import Listing
from twintune.cluster.locks import is_locked, lock
from twintune.cluster.matching import match
from twintune.cluster.outgoing import Kept, set_out
from twintune.cluster.parcels import Piece, Travelling
from twintune.system.files import naming
from twintune.system.travelled import cache_folder

Room = Literal["data", "runs"]
"""The rooms of a store: data that stay, and the folders of the runs of one place."""

_FORGOTTEN_SECONDS = 30 * 24 * 60 * 60
"""The time after which the data of a machine that nobody has asked for are deleted."""

_YOUNG_SECONDS = 60
"""The age from which a folder without a lock has lost its owner, and isn't one that is just being made."""


class Description(TypedDict):
    """The description of a store."""

    roots: dict[Room, str]
    cache: str
    """The node's own cache folder."""
    python: str
    """The interpreter of the node."""
    has: list[bool]
    """Whether the node itself has each file or folder that it was asked for."""


class Store:
    """The store of one place. The roots of its rooms are known before anything is written."""

    def __init__(self, home: str, environment: Mapping[str, str] = os.environ) -> None:
        """Names the folders; none is made.

        Args:
            home: The name of the user's machine.
            environment: The environment that names the cache folder.
        """
        self.cache = os.path.realpath(cache_folder(environment))
        self._bases: dict[Room, str] = {
            "data": os.path.join(self.cache, "travelled", home),
            "runs": os.path.join(self.cache, "travelled-runs", uuid.uuid4().hex),
        }
        self.roots: dict[Room, str] = {room: os.path.join(base, "files") for room, base in self._bases.items()}
        self._locks: dict[Room, BinaryIO] = {}
        self._taken = 0
        """The number of parcels that were taken."""
        self._arriving: dict[str, BinaryIO] = {}

    def describe(self, belongings: list[Belonging]) -> Description:
        """Describes the store, and says which files and folders of the user's machine this node has as well."""
        return {
            "roots": self.roots,
            "cache": self.cache,
            "python": sys.executable,
            "has": [is_as(belonging) for belonging in belongings],
        }

    def open(self, room: Room) -> bool:
        """Takes a room for oneself; false if another place works in it. The room is open until `close`.

        A file that an earlier place left half done is deleted. A room that somebody has deleted is taken anew.
        """
        if not self._holds(room):
            if room in self._locks:
                self._locks.pop(room).close()
            self._forget_others(room)
            os.makedirs(self._bases[room], exist_ok=True)
            taken = lock(self._lock_file(room))
            if taken is None:
                return False
            self._locks[room] = taken
            os.utime(self._lock_file(room))
            shutil.rmtree(self._incoming(room), ignore_errors=True)
        return True

    def close(self, room: Room) -> None:
        """Leaves a room to others. The folders of runs are deleted, and in either room files that are half done."""
        for arriving in self._arriving.values():
            # On a full disk, what is still to be written can't be.
            with contextlib.suppress(OSError):
                arriving.close()
        self._arriving.clear()
        if self._holds(room):
            shutil.rmtree(self._incoming(room), ignore_errors=True)
        if room == "runs":
            # The lock stays with the place: without it, others would sweep the room.
            for folder in (self.roots["runs"], self._outgoing("")):
                shutil.rmtree(folder, ignore_errors=True)
        elif room in self._locks:
            self._locks.pop(room).close()

    def match(self, room: Room, listings: list[Listing]) -> list[Travelling]:
        """Makes folders and links as they are listed, deletes others, and returns the files that are to be sent."""
        return match(self.roots[room], listings)

    def take(self, number: int, room: Room, parcel: list[Piece]) -> None:
        """Writes pieces of files. A file gets its name when its last piece is on the disk; until then nobody finds it.

        Args:
            number: The number of the parcel, from 1; one that was taken already is not taken again.
            room: The room that the files are for.
            parcel: The pieces, each behind those before it in its file.
        """
        if number <= self._taken:
            return
        whole = []
        incoming = self._incoming(room)
        os.makedirs(incoming, exist_ok=True)
        for piece in parcel:
            file = piece.file
            with naming(file.path):
                if piece.start == 0:
                    self._arriving[file.path] = open(os.path.join(incoming, uuid.uuid4().hex), "wb")
                stream = self._arriving[file.path]
                stream.write(piece.content)
                if piece.start + len(piece.content) == file.size:
                    stream.close()
                    os.utime(stream.name, ns=(file.changed, file.changed))
                    whole.append((stream.name, file.path))
                    del self._arriving[file.path]
        with naming(parcel[-1].file.path):
            _flush(incoming)
        for written, path in whole:
            place = f"{self.roots[room]}{path}"
            with naming(path):
                if os.path.isdir(place) and not os.path.islink(place):
                    shutil.rmtree(place)
                os.replace(written, place)
        self._taken = number

    def set_out(self, folder: str, known: list[Kept]) -> list[Kept]:
        """Lists the finished files of a run's folder, and sets out those that the user's machine doesn't know.

        Args:
            folder: The folder's path on the user's machine.
            known: The files that the user's machine has.

        Returns:
            The files (see `set_out`), the one that was written first before the others.

        Raises:
            OSError: If a folder can't be listed, or all of them were deleted by somebody else than the run.
        """
        found = set_out(f"{self.roots['runs']}{folder}", self._outgoing(folder), known)
        if not self._holds("runs"):
            raise FileNotFoundError(errno.ENOENT, "the folder was deleted there", folder)
        return found

    def give(self, folder: str, name: str, start: int, most: int) -> bytes:
        """Reads a piece of a file that was set out."""
        with open(os.path.join(self._outgoing(folder), name), "rb") as stream:
            stream.seek(start)
            return stream.read(most)

    def _holds(self, room: Room) -> bool:
        """Whether this place has the room: its lock is the file that others find there."""
        if room not in self._locks:
            return False
        try:
            return os.path.samestat(os.fstat(self._locks[room].fileno()), os.stat(self._lock_file(room)))
        except OSError:
            return False

    def _lock_file(self, room: Room) -> str:
        return os.path.join(self._bases[room], "lock")

    def _outgoing(self, folder: str) -> str:
        return f"{self._bases['runs']}/outgoing{folder}"

    def _incoming(self, room: Room) -> str:
        return os.path.join(self._bases[room], "incoming")

    def _forget_others(self, room: Room) -> None:
        """Deletes rooms that nobody works in: of runs whose place is gone, and data that nobody asks for any more."""
        base, seconds = self._bases[room], _FORGOTTEN_SECONDS if room == "data" else _YOUNG_SECONDS
        above = os.path.dirname(base)
        for other in os.listdir(above) if os.path.isdir(above) else []:
            file = os.path.join(above, other, "lock")
            # Another place may be deleting it too.
            with contextlib.suppress(OSError):
                is_old = time.time() - os.stat(file).st_mtime > seconds
                if is_old and os.path.join(above, other) != base and not is_locked(file):
                    shutil.rmtree(os.path.join(above, other))


def _flush(folder: str) -> None:
    """Has the system write what it holds of a folder's files: once for all of them, which is faster than one by one."""
    if sys.platform != "linux":
        os.sync()
        return
    import ctypes

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), folder)
    finally:
        os.close(descriptor)
