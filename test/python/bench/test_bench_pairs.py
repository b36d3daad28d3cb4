"""Pairs are measured in alternating order, and a run is timed by its own events."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bench.pairs import alternate, in_fresh_process
from bench.runs import read_times


def test_the_order_turns_with_each_pair() -> None:
    order: list[str] = []
    ours, reference = alternate(3, lambda: order.append("ours"), lambda: order.append("reference"))
    assert order == ["ours", "reference", "reference", "ours", "ours", "reference"]
    assert len(ours) == len(reference) == 3


def test_each_side_has_its_own_measurements_in_the_order_of_the_pairs() -> None:
    numbers = iter(range(4))
    assert alternate(2, lambda: next(numbers), lambda: next(numbers)) == ([0, 3], [1, 2])


def test_work_in_a_fresh_process_returns_its_result() -> None:
    assert in_fresh_process(os.getpid) != os.getpid()


def test_what_fails_in_a_fresh_process_fails_here() -> None:
    with pytest.raises(FileNotFoundError):
        in_fresh_process(os.listdir, "/no/such/folder")


def test_a_run_lasts_from_its_start_to_its_end_without_the_import_before_it(tmp_path: Path) -> None:
    run = {"framework": "pytorch", "seed": 0}
    events = [
        {"type": "worker", "framework": "pytorch", "state": "importing", "time": "2026-01-01T00:00:00.000Z"},
        {"type": "run-started", **run, "time": "2026-01-01T00:00:05.000Z"},
        {"type": "phase-started", **run, "time": "2026-01-01T00:00:06.000Z"},
        {
            "type": "run-finished",
            **run,
            "time": "2026-01-01T00:00:17.250Z",
            "result": {"featureImagesPerSecond": 21.5},
        },
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    assert read_times(file) == [(12.25, 21.5)]
