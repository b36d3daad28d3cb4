"""The driver: passes the messages of one worker on to a place on the cluster, or to another one if a node is lost."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray  # pyright: ignore[reportMissingImports]
from ray.exceptions import ActorUnavailableError, RayActorError, RayError  # pyright: ignore[reportMissingImports]

from twintune.cluster.place import Heard, Place
from twintune.cluster.settings import ClusterSettings
from twintune.errors import TwintuneError

_CODE = Path(__file__).resolve().parents[2]
"""The folder of the code that is shipped to the nodes."""

_CARRIED = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OMP_NUM_THREADS", "HF_HUB_OFFLINE", "HF_ENDPOINT")
"""The variables of the user's machine that a framework's process gets on a node too: none of them is a secret or a
path."""

_HEAR_SECONDS = 0.5
"""The longest wait for news of a place, after which TypeScript is asked whether the work goes on."""

_LOSS_SECONDS = 60.0
"""The time in which the cluster notices that a node is dead; a place that died on a living node crashed."""

_LOCAL_STORE_BYTES = 128 * 2**20
"""The object store of a cluster on this machine, whose nodes share its disk."""

_PULSE_SECONDS = 5.0
"""The time between two looks at whether the framework's process computes."""

_IDLE_SHARE, _CHANCE_SECONDS = 0.01, 0.02
"""The share of a processor that a waiting process may use, and the seconds that two clock ticks may show by chance
(`src/worker/silence-watch.ts` has the same)."""

WAITING = json.dumps({"type": "waiting"})
"""The report of a worker that the cluster has no room for yet; the worker's parent takes it as a sign of life."""

ALIVE = json.dumps({"type": "alive"})
"""The report of a worker that computes on its node and has nothing else to tell."""


class Driver:
    """The driver of one worker, connected to the cluster."""

    def __init__(self, settings: ClusterSettings) -> None:
        """Connects to the cluster, or starts one on this machine.

        Raises:
            TwintuneError: CLUSTER_UNAVAILABLE if the cluster can't be reached, or is of other versions.
        """
        self._settings = settings
        self._connect()
        self._place: _Held | None = None
        self._imported: str | None = None
        """The request by which the framework was imported, for a place that takes over."""

    def survey(self) -> dict:
        """Tells the cluster's address and its living nodes (`src/protocol/survey-cluster.ts`)."""
        nodes = [
            {
                "node": _name_of(node["NodeManagerHostname"], node["NodeID"]),
                "cpus": node["Resources"].get("CPU", 0),
                "gpus": node["Resources"].get("GPU", 0),
                "memoryBytes": int(node["Resources"].get("memory", 0)),
            }
            for node in ray.nodes()
            if node["Alive"]
        ]
        address = self._settings.address or ray.get_runtime_context().gcs_address
        return {"address": address, "nodes": nodes}

    def invoke(self, name: str, payload: str, emit: Callable[[str], bool]) -> str:
        """Has a message carried out on a node, again on another one if the node is lost, and returns the reply.

        A run that is taken up again goes on from its last checkpoint.
        """
        moved_from = None
        while True:
            try:
                place = self._hold_place(emit)
                if name == "run":
                    place.require(_paths_of(json.loads(payload)))
                    _report(emit, {"type": "run-placed", **place.describe(), "movedFrom": moved_from})
                reply = place.carry_out(name, payload, emit)
            except RayActorError as error:
                moved_from = self._require_lost_node(error)
                if name == "run":
                    payload = json.dumps({**json.loads(payload), "resume": True})
                continue
            if name == "import-framework":
                self._imported = payload
            return reply

    def _connect(self) -> None:
        settings = self._settings
        environment = {"working_dir": str(_CODE), "excludes": ["**/__pycache__"]}
        options: dict[str, Any] = {"address": settings.address}
        if settings.address is None:
            # `local` starts a cluster whatever RAY_ADDRESS says.
            options = {"address": "local", "include_dashboard": False, "object_store_memory": _LOCAL_STORE_BYTES}
        elif _has_token():
            # Ray takes its token along by itself only where it starts a cluster.
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        try:
            ray.init(runtime_env=environment, logging_level=logging.WARNING, **options)
        except (RayError, OSError, RuntimeError, ValueError) as error:
            where = settings.address or "on this machine"
            raise TwintuneError(
                "CLUSTER_UNAVAILABLE",
                f"The Ray cluster {where} can't be used: {error}",
                "Check the address with `ray status --address HOST:PORT`. The cluster's Ray and Python must be of this"
                " machine's versions, and its token in RAY_AUTH_TOKEN where it asks for one.",
            ) from error

    def _hold_place(self, emit: Callable[[str], bool]) -> _Held:
        """The worker's place, with its framework imported; another one if it has none or has lost it."""
        if self._place is None:
            place = _Held(_start_place(self._settings))
            place.wait(emit)
            place.carry_out("prepare", "{}", emit)
            if self._imported is not None:
                _require_ok(place.carry_out("import-framework", self._imported, emit))
            self._place = place
        return self._place

    def _require_lost_node(self, error: RayActorError) -> str | None:
        """Gives a place up whose node is lost, and returns the node.

        Raises:
            TwintuneError: If the place died on a node that lives on.
        """
        place, self._place = self._place, None
        if place is None:
            # It was lost before it was ready. One that can't even be made would be lost for ever.
            if error.actor_init_failed:
                raise _unplaceable(error) from error
            return None
        end = time.monotonic() + _LOSS_SECONDS
        while place.node in {node["NodeID"] for node in ray.nodes() if node["Alive"]}:
            if time.monotonic() > end:
                raise TwintuneError(
                    "PYTHON_DIED",
                    f"The process on the node {place.name} ended: {error}",
                    "Give a run more memory (--memory), or look into Ray's logs on the node.",
                ) from error
            time.sleep(0.5)
        return place.name


def _has_token() -> bool:
    """Whether the user has a token for clusters that ask for one, where Ray looks for it."""
    named = "RAY_AUTH_TOKEN" in os.environ or "RAY_AUTH_TOKEN_PATH" in os.environ
    return named or Path.home().joinpath(".ray", "auth_token").is_file()


class _Held:
    """A place that the driver holds: Ray's actor, the calls that it was sent and the messages that came."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self._calls = 0
        self._heard = 0
        self.node = ""
        self.name = ""
        self._pid = 0

    def wait(self, emit: Callable[[str], bool]) -> None:
        """Waits until the cluster has room for the place."""
        described = self._actor.describe.remote()
        while not ray.wait([described], timeout=1)[0]:
            _ask(emit, WAITING)
        try:
            found: Any = ray.get(described)
        except RayActorError:
            raise
        except RayError as error:
            raise _unplaceable(error) from error
        self.node, self._pid = found["node"], found["pid"]
        self.name = _name_of(found["host"], found["node"])

    def describe(self) -> dict:
        """Names the node, and the framework's process there."""
        return {"node": self.name, "pid": self._pid}

    def require(self, paths: list[str]) -> None:
        """Refuses a node that does not share the disk with this machine.

        Raises:
            TwintuneError: CLUSTER_UNAVAILABLE, with a path that the node does not have.
        """
        missing = _get(self._actor.missing.remote, paths)
        if missing:
            raise TwintuneError(
                "CLUSTER_UNAVAILABLE",
                f"The node {self.name} does not have {missing[0]}.",
                "Keep the data, the weights, the cache (TWINTUNE_CACHE_DIR) and the comparisons (--out) on a disk that"
                " all nodes share, under the same paths.",
            )

    def carry_out(self, name: str, payload: str, emit: Callable[[str], bool]) -> str:
        """Has the place carry out a message, passes on what it reports, and returns its reply."""
        self._calls += 1
        _get(self._actor.invoke.remote, self._calls, name, payload)
        is_cancelled, pulse = False, _Pulse()
        while True:
            heard: Heard = _get(self._actor.hear.remote, self._heard, _HEAR_SECONDS)
            goes_on = emit(ALIVE if pulse.computed(heard["processor_seconds"]) else "")
            for message in heard["messages"]:
                self._heard += 1
                if message["type"] == "reply":
                    return message["payload"]
                if message["type"] == "ended":
                    _end_like(message["payload"])
                goes_on = emit(message["payload"]) and goes_on
            if not goes_on and not is_cancelled:
                is_cancelled = True
                _get(self._actor.cancel.remote)


def _paths_of(run: dict) -> list[str]:
    """The files and folders of this machine that a run's request names, and that are there."""
    named = [run["runDirectory"], *(run["dataset"].get(split) for split in ("train", "validation", "test"))]
    named.append(run["model"]["weights"].get("path"))
    # A data set of the hub is named like a relative path.
    return [path for path in named if path is not None and os.path.isabs(path) and os.path.exists(path)]


class _Pulse:
    """The work of a process, by the seconds of a processor that it uses. A process that only waits uses some too."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._looked = time.monotonic()

    def computed(self, seconds: float) -> bool:
        """Whether the process has computed since the last look; False until it is time for another one."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < _PULSE_SECONDS:
            return False
        before, self._seconds, self._looked = self._seconds, seconds, now
        return before is None or seconds - before > _CHANCE_SECONDS + _IDLE_SHARE * passed


def _start_place(settings: ClusterSettings) -> Any:
    cores = str(max(1, int(settings.cpus)))
    environment = {name: os.environ[name] for name in _CARRIED if name in os.environ}
    options: dict[str, Any] = {"num_cpus": settings.cpus, "num_gpus": settings.gpus}
    if settings.memory_bytes is not None:
        options["memory"] = settings.memory_bytes
    # Calls of a place come while another waits for its news.
    actor: Any = ray.remote(Place)
    actor = actor.options(max_concurrency=4, scheduling_strategy="SPREAD", **options)
    return actor.remote({**environment, "TWINTUNE_CORES": cores}, None)


def _get(method: Callable[..., Any], *arguments: object) -> Any:
    """Calls a place; a call that its node may not have had, for a fault of the network, is made again."""
    while True:
        try:
            return ray.get(method(*arguments))
        except ActorUnavailableError:
            time.sleep(1)


def _report(emit: Callable[[str], bool], report: dict) -> None:
    _ask(emit, json.dumps(report))


def _ask(emit: Callable[[str], bool], report: str) -> None:
    """Reports, where no place has to be told that the work should stop."""
    if not emit(report):
        from twintune.errors import Cancelled

        raise Cancelled


def _require_ok(reply: str) -> None:
    found = json.loads(reply)
    if not found["ok"]:
        failure = found["failure"]
        raise TwintuneError(failure["code"], failure["message"], failure["hint"])


def _unplaceable(error: BaseException) -> TwintuneError:
    return TwintuneError(
        "CLUSTER_UNAVAILABLE",
        f"The Ray cluster can't start a process for a run: {error}",
        "Ray's logs on the node say more.",
    )


def _name_of(host: str, node: str) -> str:
    # Nodes on one machine have its name in common.
    return f"{host} ({node[:8]})"


def _end_like(end: str) -> None:
    """Ends this process as the framework's process on the node has ended, so that the parent tells the same of it."""
    sys.stdout.flush()
    sys.stderr.flush()
    if end.startswith("SIG"):
        number = getattr(signal, end)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(int(end.rpartition(" ")[2] or 1))
