"""A place that is held on a node is asked until it answers, and told to stop where this machine wants no more."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("ray", reason="requirements-ray.txt is not installed")

from ray.exceptions import (  # pyright: ignore[reportMissingImports]
    ActorDiedError,
    ActorUnavailableError,
    ObjectFetchTimedOutError,
    ObjectLostError,
    ObjectReconstructionFailedError,
    OwnerDiedError,
    RayActorError,
)
from twintune.cluster import held
from twintune.cluster.held import HeldPlace


def place_of(**methods: Callable[..., Any]) -> HeldPlace:
    """Holds a place whose methods answer at once, in this process."""
    return HeldPlace(types.SimpleNamespace(**{n: types.SimpleNamespace(remote=each) for n, each in methods.items()}))


@pytest.fixture(autouse=True)
def answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held.ray, "get", lambda answer: answer)
    monkeypatch.setattr(held, "_AGAIN_SECONDS", 0)


LOST = [
    ActorUnavailableError("the network is down", b"0" * 16),
    ObjectLostError("0a", None, ""),
    ObjectReconstructionFailedError("0a", None, ""),
    ObjectFetchTimedOutError("0a", None, ""),
    OwnerDiedError("0a", None, ""),
]


@pytest.mark.parametrize("lost", LOST, ids=lambda error: type(error).__name__)
def test_an_answer_that_is_lost_on_its_way_is_asked_for_again(lost: Exception) -> None:
    answers = iter([lost, {"value": b"checkpoint", "fault": None}])

    def store(*_: object) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert place_of(store=store).store("give", "/runs/a", "checkpoint/last.safetensors", 0, 100) == b"checkpoint"


def test_an_answer_that_is_lost_with_its_node_tells_of_a_place_that_is_dead() -> None:
    answers = iter([ObjectReconstructionFailedError("0a", None, ""), ActorDiedError()])

    def store(*_: object) -> object:
        raise next(answers)

    with pytest.raises(RayActorError):
        place_of(store=store).store("give", "/runs/a", "checkpoint/last.safetensors", 0, 100)
