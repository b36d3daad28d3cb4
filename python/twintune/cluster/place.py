"""A place on a node of a Ray cluster: the actor that holds a framework's process there, and passes messages on."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from twintune.cluster.store import Store
from twintune.system.travelled import VARIABLE, as_at_home

_CODE = Path(__file__).resolve().parents[2]
"""The folder of the shipped code, which has `node_main.py`."""

_OF_RAY = ("OMP_NUM_THREADS", "PYTHONPATH")
"""Variables that Ray sets in an actor's process: the framework's process gets them only from the user."""


class Message(TypedDict):
    """A message of the framework's process: a progress report, a reply, or its end in words."""

    type: str
    payload: str


class Heard(TypedDict):
    """News of a place: the messages since the last ones, and the seconds of a processor that its process has used."""

    messages: list[Message]
    processor_seconds: float


class Fault(TypedDict):
    """An error of a node's system: the file of the user's machine, the node's cache folder, and what went wrong."""

    path: str
    cache: str
    reason: str


class Stored(TypedDict):
    """The outcome of a call of the store."""

    value: Any
    fault: Fault | None


class Place:
    """A framework's process on this node.

    The process is a child of the actor's, not the actor's own: it is the same one as on the user's machine, it can be
    another interpreter, and its crash is told of by an actor that lives.
    """

    def __init__(self, environment: Mapping[str, str], python: str | None, home: str) -> None:
        """Starts the process.

        Args:
            environment: The variables that come from the user's machine.
            python: The interpreter; None for the node's own.
            home: The name of the user's machine, of which the node keeps files.
        """
        self._store = Store(home)
        self._storing = threading.Lock()
        inherited = {name: value for name, value in os.environ.items() if name not in _OF_RAY}
        reading, writing = os.pipe()
        self._child = subprocess.Popen(
            [python or sys.executable, "-u", str(_CODE / "node_main.py"), str(writing)],
            stdin=subprocess.PIPE,
            pass_fds=[writing],
            env={**inherited, **environment, VARIABLE: json.dumps(list(self._store.roots.values()))},
        )
        os.close(writing)
        self._messages: list[Message] = []
        self._told = 0
        """The number of messages that have been taken, and are no longer kept."""
        self._calls = 0
        self._news = threading.Condition()
        threading.Thread(target=self._read, args=(reading,), name="messages", daemon=True).start()

    def describe(self) -> dict:
        """Says where the place is: Ray's id of the node, its host's name, and the framework's process."""
        import ray  # pyright: ignore[reportMissingImports]

        return {"node": ray.get_runtime_context().get_node_id(), "host": platform.node(), "pid": self._child.pid}

    def invoke(self, number: int, name: str, payload: str) -> None:
        """Has the process carry out a call; a call that it has already is not taken again.

        Args:
            number: The number of the call, from 1.
            name: The message's name.
            payload: The request as JSON.
        """
        if number > self._calls:
            self._calls = number
            self._send({"type": "invoke", "name": name, "payload": payload})

    def cancel(self) -> None:
        """Has the process stop at its next progress report."""
        self._send({"type": "cancel"})

    def hear(self, after: int, seconds: float) -> Heard:
        """Waits for messages.

        Args:
            after: The number of messages that the driver has; they are forgotten here.
            seconds: The longest wait.
        """
        with self._news:
            del self._messages[: after - self._told]
            self._told = after
            self._news.wait_for(lambda: bool(self._messages), seconds)
            messages = list(self._messages)
        return {"messages": messages, "processor_seconds": _processor_seconds(self._child.pid)}

    def store(self, method: str, arguments: tuple) -> Stored:
        """Calls a method of the node's store. An error of the system is told of, and doesn't cross Ray as one."""
        # A call that is made again, for a fault of the network, waits for the one before it.
        with self._storing:
            try:
                return {"value": getattr(self._store, method)(*arguments), "fault": None}
            except OSError as error:
                path = as_at_home(str(error.filename), list(self._store.roots.values()))
                fault: Fault = {"path": path, "cache": self._store.cache, "reason": error.strerror or str(error)}
                return {"value": None, "fault": fault}

    def _send(self, message: dict) -> None:
        assert self._child.stdin is not None, "the process was started with a pipe"
        # A process that has ended tells so itself.
        with contextlib.suppress(OSError):
            self._child.stdin.write(f"{json.dumps(message)}\n".encode())
            self._child.stdin.flush()

    def _read(self, descriptor: int) -> None:
        try:
            with open(descriptor, encoding="utf-8") as answers:
                for line in answers:
                    self._tell(json.loads(line))
        except ValueError:
            # A process that is killed while it writes leaves half a line.
            pass
        finally:
            code = self._child.wait()
            # The log's last lines take a moment to the driver, where they are looked for.
            time.sleep(0.5)
            self._tell({"type": "ended", "payload": _describe_end(code)})

    def _tell(self, message: Message) -> None:
        with self._news:
            self._messages.append(message)
            self._news.notify_all()


def _describe_end(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # a real-time signal, of which most have no name
        return f"signal {-code}"


def _processor_seconds(pid: int) -> float:
    """The seconds of a processor that a process has used; 0 for one that is gone."""
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system
