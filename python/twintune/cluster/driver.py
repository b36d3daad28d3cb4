"""The driver: passes the messages of one worker on to a place on the cluster, or to another one if a node is lost."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray  # pyright: ignore[reportMissingImports]
from ray.exceptions import RayActorError, RayError  # pyright: ignore[reportMissingImports]

from twintune.cluster.held import HeldPlace, Luggage, name_of, unplaceable
from twintune.cluster.luggage import MessageLuggage
from twintune.cluster.place import Place
from twintune.cluster.pulse import ask
from twintune.cluster.settings import ClusterSettings
from twintune.errors import TwintuneError

_CODE = Path(__file__).resolve().parents[2]
"""The folder of the code that is shipped to the nodes."""

_CARRIED = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OMP_NUM_THREADS", "HF_HUB_OFFLINE", "HF_ENDPOINT")
"""The variables of the user's machine that a framework's process gets on a node too: none of them is a secret or a
path."""

_LOSS_SECONDS = 60.0
"""The time in which the cluster notices that a node is dead; a place that died on a living node crashed."""

_UNREADY_PLACES = 5
"""The number of places in a row that may be lost before they are ready, as where nodes come and go."""

_LOCAL_STORE_BYTES = 128 * 2**20
"""The object store of a cluster on this machine, whose nodes share its disk."""


class Driver:
    """The driver of one worker, connected to the cluster."""

    def __init__(self, settings: ClusterSettings) -> None:
        """Connects to the cluster, or starts one on this machine.

        Raises:
            TwintuneError: CLUSTER_UNAVAILABLE if the cluster can't be reached, or is of other versions.
        """
        self._settings = settings
        self._connect()
        self._place: HeldPlace | None = None
        self._unready = 0
        """The number of places that were lost before they were ready, one after the other, for the present message."""
        self._imported: str | None = None
        """The request by which the framework was imported, for a place that takes over."""

    def survey(self) -> dict:
        """Tells the cluster's address and its living nodes (`src/protocol/survey-cluster.ts`)."""
        nodes = [
            {
                "node": name_of(node["NodeManagerHostname"], node["NodeID"]),
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
        self._unready = 0
        while True:
            try:
                place = self._hold_place(emit)
                if name == "run":
                    ask(emit, json.dumps({"type": "run-placed", **place.describe(), "movedFrom": moved_from}))
                luggage = MessageLuggage(place, name, payload, emit)
                reply = self._carry_out(place, name, luggage.send(), emit, luggage)
            except RayActorError as error:
                # Another place may be lost before the run is on it.
                moved_from = self._require_lost_node(error) or moved_from
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

    def _hold_place(self, emit: Callable[[str], bool]) -> HeldPlace:
        """The worker's place, with its framework imported; another one if it has none or has lost it."""
        if self._place is None:
            place = HeldPlace(_start_place(self._settings))
            place.wait(emit)
            place.carry_out("prepare", "{}", emit)
            if self._imported is not None:
                _require_ok(place.carry_out("import-framework", self._imported, emit))
            self._place, self._unready = place, 0
        return self._place

    def _carry_out(
        self, place: HeldPlace, name: str, payload: str, emit: Callable[[str], bool], luggage: Luggage
    ) -> str:
        """Has a place carry a message out. A place whose files can't be brought home is ended, with its work."""
        try:
            return place.carry_out(name, payload, emit, luggage)
        except RayActorError:
            raise
        except BaseException:
            self._place = None
            place.give_up()
            raise

    def _require_lost_node(self, error: RayActorError) -> str | None:
        """Gives a place up whose node is lost, and returns the node.

        Raises:
            TwintuneError: If the place died on a node that lives on, or can't be made.
        """
        place, self._place = self._place, None
        if place is None:
            # It was lost before it was ready. One that can't even be made would be lost for ever.
            self._unready += 1
            if error.actor_init_failed or self._unready >= _UNREADY_PLACES:
                raise unplaceable(error) from error
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


def _start_place(settings: ClusterSettings) -> Any:
    cores = str(max(1, int(settings.cpus)))
    environment = {name: os.environ[name] for name in _CARRIED if name in os.environ}
    options: dict[str, Any] = {"num_cpus": settings.cpus, "num_gpus": settings.gpus}
    if settings.memory_bytes is not None:
        options["memory"] = settings.memory_bytes
    # Calls of a place come while another waits for its news.
    actor: Any = ray.remote(Place)
    actor = actor.options(max_concurrency=4, scheduling_strategy="SPREAD", **options)
    return actor.remote({**environment, "TWINTUNE_CORES": cores}, None, _name_of_home())


def _name_of_home() -> str:
    """The name of this machine and user, by which a node tells their files from those of others."""
    machine = Path("/etc/machine-id")
    user = str(os.getuid()) if hasattr(os, "getuid") else ""
    parts = [platform.node(), machine.read_text() if machine.is_file() else "", user]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _require_ok(reply: str) -> None:
    found = json.loads(reply)
    if not found["ok"]:
        failure = found["failure"]
        raise TwintuneError(failure["code"], failure["message"], failure["hint"])
