"""A node on this machine, for the tests: a store in a folder of its own, which shares nothing but what it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twintune.cluster.parcels import Piece
from twintune.cluster.store import Room, Store


class NodeHere:
    """A node that lacks all files and folders of this machine, but for those that it shares."""

    name = "there (1234)"

    def __init__(self, cache: Path, shared: tuple[Path, ...] = ()) -> None:
        self.kept = Store("home", {"TWINTUNE_CACHE_DIR": str(cache)})
        self.parcels: list[list[Piece]] = []
        self._shared = tuple(map(str, shared))

    def store(self, method: str, *arguments: object) -> Any:
        answer = getattr(self.kept, method)(*arguments)
        if method == "describe":
            (asked,) = arguments
            assert isinstance(asked, list)
            answer["has"] = [belonging.path.startswith(self._shared) for belonging in asked] if self._shared else []
            answer["has"] = answer["has"] or [False] * len(asked)
        return answer

    def send_parcel(self, room: Room, parcel: list[Piece]) -> None:
        self.parcels.append(parcel)
        self.kept.take(len(self.parcels), room, parcel)

    def place_of(self, room: Room, path: Path) -> Path:
        return Path(f"{self.kept.roots[room]}{path}")
