"""What a part adds to a step is put into words, and a figure into a line of JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from bench import pairs
from bench.on_device import describe_overlap, tell, timed


@pytest.mark.parametrize(
    ("added", "words"),
    [(0.1, "hidden by"), (2, "in part hidden"), (4, "not hidden"), (-0.1, "hidden by"), (5, "not hidden")],
)
def test_overlap_is_what_is_missing_of_the_sum(added: float, words: str) -> None:
    assert describe_overlap(alone=4, added=added, spread=0.5).startswith(words)


def test_nothing_is_said_of_a_part_that_is_shorter_than_steps_differ() -> None:
    assert describe_overlap(alone=0.1, added=5, spread=17).startswith("says nothing")


def test_a_function_s_time_is_the_median_round_with_the_spread_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    now, seconds = 0.0, iter([2.0, 16.0, 6.0])

    def work() -> None:
        nonlocal now
        now += next(seconds)

    monkeypatch.setattr(pairs, "time", SimpleNamespace(perf_counter=lambda: now))
    run: Any = SimpleNamespace(engine=SimpleNamespace(device=SimpleNamespace(synchronize=lambda: None)))
    assert timed([work], 1, run) == [(6.0, 14.0)]


def test_a_figure_is_a_line_that_names_its_group_unit_and_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    tell("Feeding the device", "loader alone", 1234.5, "images/s", "JPEG files of 500×375")
    assert json.loads(capsys.readouterr().out) == {
        "type": "measured",
        "group": "Feeding the device",
        "figure": "loader alone",
        "value": 1234.5,
        "unit": "images/s",
        "note": "JPEG files of 500×375",
    }
