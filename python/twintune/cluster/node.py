"""A node as the driver's files see it."""

from __future__ import annotations

from typing import Any, Protocol

from twintune.cluster.parcels import Piece
from twintune.cluster.store import Room


class Node(Protocol):
    """A node that keeps files."""

    name: str

    def store(self, method: str, *arguments: object) -> Any:
        """Calls a method of the node's store (`twintune.cluster.store.Store`).

        Raises:
            TwintuneError: FILE_UNWRITABLE if the node can't keep a file, or can't give it back.
        """
        ...

    def send_parcel(self, room: Room, parcel: list[Piece]) -> None:
        """Has the node's store take a parcel."""
        ...
