"""Runs of the real command, timed from their own events."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
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


class Cost(NamedTuple):
    """The cost of runs that one process has carried out, one after the other."""

    seconds: float
    """The sum of the runs' seconds by the clock, from the start of each to its end, without imports."""
    cpu_seconds: float
    """The seconds of all processors in Node and both Pythons, with imports; load by other processes adds little."""


def train_all(specifications: Sequence[Specification], cache: Path) -> Cost:
    """Carries out specifications one after the other in the same processes, through the TypeScript API.

    Args:
        specifications: The specifications, each of which names its frameworks and seeds.
        cache: twintune's cache folder.

    Raises:
        RuntimeError: If a run has not finished.
    """
    with fresh_folder() as name:
        folder = Path(name)
        files = [
            str(write_specification(specification, folder, f"experiment-{number}"))
            for number, specification in enumerate(specifications)
        ]
        before = _cpu_seconds()
        run_node(["bench/run-specs.mjs", str(folder / "runs"), *files], cache)
        cpu_seconds = _cpu_seconds() - before
        times = [run for events in (folder / "runs").glob("*/events.jsonl") for run in read_times(events)]
    expected = sum(len(each["frameworks"]) * len(each["seeds"]) for each in specifications)
    if len(times) != expected:
        raise RuntimeError(f"{len(times)} runs have finished instead of {expected}.")
    return Cost(sum(run.seconds for run in times), cpu_seconds)


def search(specification: Specification, cache: Path) -> dict[int, float]:
    """Carries out `twintune sweep`, without its final comparison, one trial after the other.

    Args:
        specification: A specification with a sweep.
        cache: twintune's cache folder; an empty one makes the first trial compute the features.

    Returns:
        The seconds of each trial in all frameworks together, by its number, in the order of the numbers.

    Raises:
        RuntimeError: If a trial has not finished.
    """
    with fresh_folder() as name:
        folder = Path(name)
        file = write_specification(specification, folder)
        runs = folder / "runs"
        run_node(["dist/main.js", "sweep", str(file), "--no-final", "--out", str(runs), "--quiet"], cache)
        (result,) = runs.glob("*/sweep.json")
        trials = json.loads(result.read_text())["trials"]
    if unfinished := [trial for trial in trials if trial["status"] != "finished"]:
        raise RuntimeError(f"Trial {unfinished[0]['trial']} has not finished: {unfinished[0]['failure']}")
    seconds: dict[int, float] = {}
    for trial in sorted(trials, key=lambda trial: trial["trial"]):
        seconds[trial["trial"]] = seconds.get(trial["trial"], 0.0) + trial["seconds"]
    return seconds


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


def _cpu_seconds() -> float:
    """Seconds of all processors in the processes that this one has started, and theirs, that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _time(event: dict[str, Any]) -> datetime:
    # Python 3.10 reads no `Z`.
    return datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
