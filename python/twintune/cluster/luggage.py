"""The luggage of a message: files that a node lacks are sent there, and what it makes of them is brought home."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from twintune.cluster.listing import CannotTravel, Listing, list_csv, list_files, list_folder, list_images
from twintune.cluster.marks import LEFT_HERE, marked
from twintune.cluster.node import Node
from twintune.cluster.parcels import Travelling, pack
from twintune.cluster.paths import Kind, dataset_of, replace_paths
from twintune.cluster.place import Message
from twintune.cluster.pulse import ALIVE, ask
from twintune.cluster.run_folder import RunFolder, list_run_folder
from twintune.cluster.store import Description, Room
from twintune.data.csv_rows import Columns
from twintune.errors import FailureCode, TwintuneError
from twintune.system.files import sweep_temporary
from twintune.system.travelled import as_at_home

_DATA: tuple[Kind, ...] = ("imagefolder", "csv", "parquet", "huggingface", "weights")
_GROWING: tuple[Kind, ...] = ("run", "judged", "thumbnails")
"""The kinds of folders that a message writes to."""
_TURN_SECONDS = 0.5
"""The time between two looks at whether another place has left a room."""
_PATIENCE_SECONDS = 30.0
"""The time after which the user is told that a run waits for another place."""
_BATCH = 10_000
"""The least number of entries that are held against a node's by one call, but for the last one."""


class MessageLuggage:
    """The luggage of one message to one place."""

    def __init__(self, place: Node, name: str, payload: str, emit: Callable[[str], bool]) -> None:
        """Takes the message; nothing is sent yet.

        Args:
            place: The place that is to carry the message out.
            name: The message's name.
            payload: The request as JSON.
            emit: A function that takes a progress report, and returns false when the work should stop.
        """
        self._place, self._name, self._emit = place, name, emit
        self._payload = payload
        self._request: dict = json.loads(payload)
        self._description: Description | None = None
        self._folders: dict[Kind, list[RunFolder]] = {}
        self._is_open = False
        """Whether the node keeps folders or files of runs for this message."""

    def send(self) -> str:
        """Sends what the node lacks, and returns the request with the paths that it has there.

        Raises:
            TwintuneError: If a file can't be read here, is changed on its way, or can't be kept there.
            Cancelled: If the work should stop.
        """
        named: dict[str, Kind] = {}
        replace_paths(self._name, self._request, lambda kind, path: named.setdefault(path, kind) and path)
        if not named:
            return self._payload
        with marked(named) as marks:
            found: Description = self._place.store("describe", list(marks.values()))
        has = dict(zip(marks, found["has"], strict=True))
        lacking = {path: kind for path, kind in named.items() if has.get(path) is False}
        self._description = found
        self._send_data({path: kind for path, kind in lacking.items() if kind in _DATA})
        try:
            self._send_runs({path: kind for path, kind in lacking.items() if kind in (*LEFT_HERE, "file")})
        except TwintuneError:
            self._close_runs()
            raise

        def replace(kind: Kind, path: str) -> str:
            if path not in lacking:
                return path
            if kind in ("cache", "interpreter"):
                return found["cache"] if kind == "cache" else found["python"]
            return f"{found['roots']['data' if kind in _DATA else 'runs']}{path}"

        return json.dumps(replace_paths(self._name, self._request, replace))

    def bring_due(self, messages: list[Message]) -> None:
        """Brings home what a run has written, once it tells of a checkpoint or of an epoch."""
        if "run" not in self._folders:
            return
        told = (json.loads(message["payload"]) for message in messages if message["type"] == "progress")
        if any(report["type"] in ("checkpoint", "epoch") for report in told):
            self._bring("run")

    def bring_rest(self) -> None:
        """Brings home all that was written, and has the node forget the folders."""
        for kind in list(self._folders):
            self._bring(kind)
        self._close_runs()

    def translate(self, payload: str) -> str:
        """A report or a reply with the paths of this machine; what the node couldn't write names the node."""
        if self._description is None:
            return payload
        roots, cache = list(self._description["roots"].values()), self._description["cache"]
        # Python's own JSON has other letters than those of ASCII as escapes.
        if not any(place in payload or json.dumps(place)[1:-1] in payload for place in (*roots, cache)):
            return payload
        told = _in_each_text(json.loads(payload), lambda text: as_at_home(text, roots))
        failure = told.get("failure")
        if failure and failure["code"] in ("FILE_UNWRITABLE", "FOLDER_UNWRITABLE"):
            failure["message"] += f" It was to be kept on the node {self._place.name}, in {cache}."
        return json.dumps(told)

    def _close_runs(self) -> None:
        if self._is_open:
            self._folders, self._is_open = {}, False
            self._place.store("close", "runs")

    def _bring(self, kind: Kind) -> None:
        if kind in _GROWING:
            for folder in self._folders[kind]:
                folder.bring(self._tell_alive)

    def _send_data(self, lacking: dict[str, Kind]) -> None:
        if not lacking:
            return
        with self._room("data"):
            for path, kind in lacking.items():
                with self._refusing(kind):
                    self._send("data", self._list(kind, path))

    def _send_runs(self, lacking: dict[str, Kind]) -> None:
        if not lacking:
            return
        self._open("runs")
        self._is_open = True
        files = [path for path, kind in lacking.items() if kind == "file"]
        with self._refusing("file"):
            self._send("runs", list_files(files))
        for path, kind in lacking.items():
            if kind == "file":
                continue
            if kind == "run":
                # A driver that was killed has left what was on its way. Nobody else writes here until the run begins.
                sweep_temporary(Path(path), 0)
            with self._refusing(kind):
                self._send("runs", _list_run(kind, path))
            self._folders.setdefault(kind, []).append(RunFolder(self._place, path))

    def _list(self, kind: Kind, path: str) -> Iterator[Listing]:
        if kind == "imagefolder":
            return list_images(path)
        if kind == "huggingface":
            return list_folder(path)
        if kind == "csv":
            dataset = dataset_of(self._name, self._request) or {}
            return list_csv(path, Columns(dataset["pathColumn"], dataset["labelColumn"], dataset.get("splitColumn")))
        return list_files([path])

    def _send(self, room: Room, listings: Iterable[Listing]) -> None:
        lacking: list[Travelling] = []
        for batch in _batches(listings):
            lacking += self._place.store("match", room, batch)
            ask(self._emit, ALIVE)
        sent = 0
        for parcel in pack(lacking):
            self._place.send_parcel(room, parcel)
            sent += sum(start + len(content) == file.size for file, start, content in parcel)
            self._tell_sent(room, sent, len(lacking))

    @contextlib.contextmanager
    def _room(self, room: Room) -> Iterator[None]:
        self._open(room)
        try:
            yield
        finally:
            self._place.store("close", room)

    def _open(self, room: Room) -> None:
        # Another place on the node may be filling the room.
        begun, is_told = time.monotonic(), self._name != "run"
        while not self._place.store("open", room):
            if not is_told and time.monotonic() - begun >= _PATIENCE_SECONDS:
                is_told = True
                ask(self._emit, json.dumps({"type": "warning", "code": "NODE_BUSY", "message": self._describe_wait()}))
            ask(self._emit, ALIVE)
            time.sleep(_TURN_SECONDS)

    def _describe_wait(self) -> str:
        return (
            f"The run waits for the node {self._place.name}, to which another process of this machine is sending data."
            " A process that is stopped (Ctrl-Z) keeps the run waiting until it goes on or ends."
        )

    @contextlib.contextmanager
    def _refusing(self, kind: Kind) -> Iterator[None]:
        """Turns the cause why a file can't travel into a failure with a code."""
        try:
            yield
        except CannotTravel as error:
            code: FailureCode = "CHECKPOINT_CORRUPT"
            if kind in _DATA:
                code = "DATASET_CHANGED" if error.is_changed else "DATASET_INVALID"
            if kind == "weights":
                code = "WEIGHTS_MISMATCH"
            raise TwintuneError(
                code,
                f"{error.path} can't be sent to the node {self._place.name}: {error.reason}.",
                "Put the file in order, and go on with `twintune resume`.",
            ) from error

    def _tell_sent(self, room: Room, done: int, total: int) -> None:
        is_told = room == "data" and self._name in ("run", "judge-run")
        report = {"type": "stage", "stage": "data", "done": done, "total": total}
        ask(self._emit, json.dumps(report) if is_told else ALIVE)

    def _tell_alive(self) -> None:
        # Whoever is to stop says so again, where a place can be told.
        self._emit(ALIVE)


def _list_run(kind: Kind, path: str) -> Iterable[Listing]:
    # The judge's own run has come to its end, and nothing of it is read.
    return [Listing(path, [], "none")] if kind == "own" else list_run_folder(path, LEFT_HERE[kind])


def _batches(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    batch, entries = [], 0
    for listing in listings:
        batch.append(listing)
        entries += len(listing.entries) + 1
        if entries >= _BATCH:
            yield batch
            batch, entries = [], 0
    if batch:
        yield batch


def _in_each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A value from JSON with each of its texts changed, but for the keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_each_text(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _in_each_text(each, change) for key, each in value.items()}
    return value
