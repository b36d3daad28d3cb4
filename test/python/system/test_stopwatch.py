"""Seconds by part, by a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twintune.system import stopwatch
from twintune.system.stopwatch import Stopwatch, Waiting


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def slow(clock: Clock, *seconds: float) -> Iterator[float]:
    for each in seconds:
        clock.now += each
        yield each


def test_only_the_waiting_counts_and_is_taken_once(clock: Clock) -> None:
    waiting = Waiting(slow(clock, 1.0, 2.0, 4.0))
    taken = []
    for _ in waiting:
        clock.now += 100
        taken.append(waiting.take_seconds())
    assert taken == [1.0, 2.0, 4.0]
    assert waiting.take_seconds() == 0


def test_parts_add_up_though_one_ends_in_an_error(clock: Clock) -> None:
    watch = Stopwatch({})
    with pytest.raises(ValueError), watch.part("build"):
        clock.now += 3
        raise ValueError
    watch.add("build", 1)
    assert watch.seconds == {"build": 4}
