"""Runs of the real command, timed from their own events."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.experiment import Framework, Specification, run_node, write_specification
from bench.pairs import fresh_folder


class RunTimes(NamedTuple):
    """The times of one run."""

    seconds: float
    """The seconds from the run's start, when its framework is imported, to its end, with data, features and test."""
    features_per_second: float | None
    """Images a second in the one pass of the frozen backbone; None if there was no pass."""


def train(specification: Specification, framework: Framework, cache: Path) -> RunTimes:
    """Carries out `twintune train` in a process of its own, and returns the run's times.

    Args:
        specification: A specification with one seed.
        framework: The run's framework.
        cache: twintune's cache folder; an empty one makes the run a cold one.
    """
    with fresh_folder() as name:
        folder = Path(name)
        file = write_specification(specification, folder)
        runs = folder / "runs"
        run_node(["dist/main.js", "train", str(file), "--framework", framework, "--out", str(runs), "--quiet"], cache)
        (run_folder,) = runs.iterdir()
        (times,) = read_times(run_folder / "events.jsonl")
    return times


def read_times(file: Path) -> list[RunTimes]:
    """The times of each run of an `events.jsonl`, in the order of their ends."""
    starts: dict[tuple[Any, ...], datetime] = {}
    times = []
    for line in file.read_text().splitlines():
        event = json.loads(line)
        run = event.get("framework"), event.get("seed")
        if event["type"] == "run-started":
            starts[run] = _time(event)
        elif event["type"] == "run-finished":
            seconds = (_time(event) - starts[run]).total_seconds()
            times.append(RunTimes(seconds, event["result"]["featureImagesPerSecond"]))
    return times


def _time(event: dict[str, Any]) -> datetime:
    # Python 3.10 reads no `Z`.
    return datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
