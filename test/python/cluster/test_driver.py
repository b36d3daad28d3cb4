"""A run is moved on from a node that is lost, and not for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("ray", reason="requirements-ray.txt is not installed")

from ray.exceptions import RayActorError  # pyright: ignore[reportMissingImports]
from twintune.cluster import driver as driver_module
from twintune.cluster.driver import Driver
from twintune.cluster.settings import ClusterSettings
from twintune.errors import TwintuneError


class PlaceOnALostNode:
    """A place whose node is gone before the place is ready, when it works, or never."""

    def __init__(self, name: str, lost: str) -> None:
        self.name = self.node = name
        self._lost = lost

    def wait(self, emit: object) -> None:
        if self._lost == "before it is ready":
            raise RayActorError

    def describe(self) -> dict:
        return {"node": self.name, "pid": 1}

    def carry_out(self, name: str, *_: object) -> str:
        if name == "run" and self._lost == "at work":
            raise RayActorError
        return "reply"


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    monkeypatch.setattr(Driver, "_connect", lambda _: None)
    monkeypatch.setattr(driver_module.ray, "nodes", lambda: [])
    monkeypatch.setattr(driver_module, "_start_place", lambda _: None)
    # The request names no files.
    monkeypatch.setattr("twintune.cluster.luggage.replace_paths", lambda *_: {})
    return Driver(ClusterSettings("here:1", 1, 0, None))


def start_places(monkeypatch: pytest.MonkeyPatch, lost: Iterator[str]) -> list[PlaceOnALostNode]:
    """Has the driver start places that are lost as it is said of each, and gives those that it has started."""
    started: list[PlaceOnALostNode] = []

    def start(_: object) -> PlaceOnALostNode:
        started.append(PlaceOnALostNode(f"node {len(started) + 1}", next(lost)))
        return started[-1]

    monkeypatch.setattr(driver_module, "HeldPlace", start)
    return started


def test_a_run_names_the_node_that_was_lost_with_it_though_the_next_one_is_lost_too(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_places(monkeypatch, iter(["at work", "before it is ready", "never"]))
    told: list[Any] = []
    assert driver.invoke("run", "{}", lambda report: told.append(json.loads(report)) is None) == "reply"
    assert [(each["node"], each["movedFrom"]) for each in told] == [("node 1", None), ("node 3", "node 1")]


def test_places_that_are_all_lost_before_they_are_ready_end_the_run(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = start_places(monkeypatch, iter(["before it is ready"] * 20))
    with pytest.raises(TwintuneError) as caught:
        driver.invoke("run", "{}", lambda _: True)
    assert caught.value.code == "CLUSTER_UNAVAILABLE"
    assert len(started) == 5
    # The next run has as many attempts.
    with pytest.raises(TwintuneError):
        driver.invoke("run", "{}", lambda _: True)
    assert len(started) == 10
