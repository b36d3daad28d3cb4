"""A place that is held on a node is asked until it answers, and told to stop where this machine wants no more."""

from __future__ import annotations

import json
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
from twintune.cluster.place import Message
from twintune.cluster.pulse import ALIVE


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


class Luggage:
    """Luggage that notes when a checkpoint or the rest comes home."""

    def __init__(self) -> None:
        self.brought: list[str] = []

    def bring_due(self, messages: list[Message]) -> None:
        self.brought += [message["payload"] for message in messages if message["type"] == "progress"]

    def bring_rest(self) -> None:
        self.brought.append("rest")

    def translate(self, payload: str) -> str:
        return payload


def carry_out(news: list[list[Message]], goes_on: Callable[[str], bool]) -> tuple[str, list[str], Luggage, list[None]]:
    """Has a place carry out a message of which it tells the news, and stop where it is told to.

    Returns:
        The reply, what was passed on but for signs of life, the luggage, and an entry for each time that the place was
        told to stop.
    """
    coming, passed_on, luggage, stops = iter(news), [], Luggage(), []

    def emit(report: str) -> bool:
        if report and report != ALIVE:
            passed_on.append(report)
        return goes_on(report)

    place = place_of(
        invoke=lambda *_: None,
        hear=lambda *_: {"messages": next(coming), "processor_seconds": 0.0},
        cancel=lambda: stops.append(None),
    )
    return place.carry_out("run", "{}", emit, luggage), passed_on, luggage, stops


def epoch(number: int) -> Message:
    return {"type": "progress", "payload": json.dumps({"type": "epoch", "epoch": number})}


REPLY: Message = {"type": "reply", "payload": "reply"}


def test_no_epoch_is_told_after_the_one_with_which_a_trial_was_ended() -> None:
    news = [[epoch(1), epoch(2), epoch(3)], [epoch(4)], [epoch(5), REPLY]]
    reply, passed_on, luggage, stops = carry_out(news, lambda report: report != epoch(2)["payload"])
    assert reply == "reply"
    assert passed_on == [epoch(1)["payload"], epoch(2)["payload"]]
    assert luggage.brought == [*(epoch(number)["payload"] for number in (1, 2, 3)), "rest"]
    assert len(stops) == 1


def test_a_report_on_its_way_when_a_silent_run_is_cancelled_is_the_last_one() -> None:
    news: list[list[Message]] = [[], [epoch(1), epoch(2)], [REPLY]]
    reply, passed_on, _, stops = carry_out(news, lambda _: False)
    assert reply == "reply"
    assert passed_on == [epoch(1)["payload"]]
    assert len(stops) == 1
