"""A place that the driver holds: it is given messages to carry out, and files to keep."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

import ray  # pyright: ignore[reportMissingImports]
from ray.exceptions import (  # pyright: ignore[reportMissingImports]
    ActorUnavailableError,
    ObjectLostError,
    RayActorError,
    RayError,
)

from twintune.cluster.parcels import Piece
from twintune.cluster.place import Heard, Message
from twintune.cluster.pulse import ALIVE, WAITING, Pulse, ask
from twintune.cluster.store import Room
from twintune.errors import TwintuneError

_HEAR_SECONDS = 0.5
"""The longest wait for news of a place, after which TypeScript is asked whether the work goes on."""

_AGAIN_SECONDS = 1
"""The time after which a call whose answer did not come is made again."""


class Luggage(Protocol):
    """The files of a message, which travel with it."""

    def bring_due(self, messages: list[Message]) -> None:
        """Brings home what is due, before the messages are told."""
        ...

    def bring_rest(self) -> None:
        """Brings home what is left, before the reply is told."""
        ...

    def translate(self, payload: str) -> str:
        """A report or a reply with the paths of this machine."""
        ...


class HeldPlace:
    """A place that the driver holds: Ray's actor, the calls that it was sent and the messages that came."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self._calls = 0
        self._heard = 0
        self._parcels = 0
        self.node = ""
        self.name = ""
        self._pid = 0

    def wait(self, emit: Callable[[str], bool]) -> None:
        """Waits until the cluster has room for the place."""
        described = self._actor.describe.remote()
        while not ray.wait([described], timeout=1)[0]:
            ask(emit, WAITING)
        try:
            found: Any = ray.get(described)
        except RayActorError:
            raise
        except RayError as error:
            raise unplaceable(error) from error
        self.node, self._pid = found["node"], found["pid"]
        self.name = name_of(found["host"], found["node"])

    def describe(self) -> dict:
        """Names the node, and the framework's process there."""
        return {"node": self.name, "pid": self._pid}

    def store(self, method: str, *arguments: object) -> Any:
        """Calls a method of the node's store (`twintune.cluster.store.Store`).

        Raises:
            TwintuneError: FILE_UNWRITABLE if the node can't keep a file, or can't give it back.
        """
        answer = _get(self._actor.store.remote, method, arguments)
        if (fault := answer["fault"]) is None:
            return answer["value"]
        raise TwintuneError(
            "FILE_UNWRITABLE",
            f"The node {self.name} can't keep {fault['path']} in its cache folder {fault['cache']}: {fault['reason']}.",
            "Make room there, or name another folder of the node: TWINTUNE_CACHE_DIR, where `ray start` is called.",
        )

    def send_parcel(self, room: Room, parcel: list[Piece]) -> None:
        """Has the node's store take a parcel. Ray's object store carries it."""
        self._parcels += 1
        self.store("take", self._parcels, room, parcel)

    def carry_out(self, name: str, payload: str, emit: Callable[[str], bool], luggage: Luggage | None = None) -> str:
        """Has the place carry out a message, passes on what it reports, and returns its reply.

        A place runs ahead of the answers to its reports. After one that `emit` has answered with false, no other report
        is passed on, as none would come on this machine.
        """
        self._calls += 1
        _get(self._actor.invoke.remote, self._calls, name, payload)
        is_cancelled, is_refused, pulse = False, False, Pulse()
        while True:
            heard: Heard = _get(self._actor.hear.remote, self._heard, _HEAR_SECONDS)
            goes_on = emit(ALIVE if pulse.computed(heard["processor_seconds"]) else "")
            if luggage is not None and not is_refused:
                luggage.bring_due(heard["messages"])
            for message in heard["messages"]:
                self._heard += 1
                if message["type"] == "progress" and is_refused:
                    continue
                if message["type"] != "progress" and luggage is not None:
                    luggage.bring_rest()
                told = message["payload"] if luggage is None else luggage.translate(message["payload"])
                if message["type"] == "reply":
                    return told
                if message["type"] == "ended":
                    _end_like(message["payload"])
                is_refused = not emit(told)
            if (is_refused or not goes_on) and not is_cancelled:
                is_cancelled = True
                _get(self._actor.cancel.remote)

    def give_up(self) -> None:
        """Ends the place, whatever it is at."""
        ray.kill(self._actor)


def unplaceable(error: BaseException) -> TwintuneError:
    """The failure of a place that the cluster can't make."""
    return TwintuneError(
        "CLUSTER_UNAVAILABLE",
        f"The Ray cluster can't start a process for a run: {error}",
        "Ray's logs on the node say more.",
    )


def name_of(host: str, node: str) -> str:
    """The name of a node for messages: its host's, and Ray's id, since nodes on one machine have its name in common."""
    return f"{host} ({node[:8]})"


def _get(method: Callable[..., Any], *arguments: object) -> Any:
    """Calls a place; a call that its node may not have had, for a fault of the network, is made again.

    A call whose answer was lost on its way home is made again too: where the node was lost with it, that call says so.

    Raises:
        RayActorError: If the place is dead.
    """
    while True:
        try:
            return ray.get(method(*arguments))
        except (ActorUnavailableError, ObjectLostError):
            time.sleep(_AGAIN_SECONDS)


def _end_like(end: str) -> None:
    """Ends this process as the framework's process on the node has ended, so that the parent tells the same of it."""
    sys.stdout.flush()
    sys.stderr.flush()
    last_word = end.rpartition(" ")[2]
    if end.startswith(("SIG", "signal ")):
        number = int(last_word) if last_word.isdecimal() else getattr(signal, end)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(int(last_word or 1))
