"""Runs of the built command, as a user would start it, with and without a fault."""

from __future__ import annotations

import datetime
import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from faults.command import Command
from faults.fault import Fault, Framework
from faults.interpreter import PlantedInterpreter
from faults.outcome import FaultOutcome, Outcome
from faults.specifications import INTERRUPTED, write_specification


class NotPlanted(Exception):
    """An error about a fault that was not planted, and has shown nothing therefore."""


def run_plain(spec: str, material: Path) -> Outcome:
    """Compares the frameworks without a fault.

    Args:
        spec: A key of `faults.specifications.SPECIFICATIONS`.
        material: The folder of `faults.material.write_material`.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = Command(Path(folder), {"TWINTUNE_PYTHON": sys.executable})
        return _compare(spec, material, Path(folder), command, "pytorch")


def run_fault(fault: Fault, material: Path, plain: Outcome, climbs: bool) -> FaultOutcome:
    """Compares the frameworks with a fault in one of them, and climbs the parity ladder where that is wanted.

    Args:
        fault: The fault.
        material: The folder of `faults.material.write_material`.
        plain: The outcome of the fault's specification without the fault.
        climbs: Whether to climb the ladder too.

    Raises:
        NotPlanted: If the faulty text was never run.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        interpreter = PlantedInterpreter(fault, folder)
        command = Command(folder, interpreter.variables)
        outcome = _compare(fault.spec, material, folder, command, fault.framework)
        rungs = _climb(fault.spec, material, command) if climbs else None
        if (reason := interpreter.why_not_planted()) is not None:
            raise NotPlanted(reason)
    change = _largest_change(outcome.losses[fault.framework], plain.losses[fault.framework])
    fields = msgspec.structs.asdict(outcome)
    return FaultOutcome(**{**fields, "rungs": rungs}, change=None if outcome.failure else change)


def _compare(spec: str, material: Path, folder: Path, command: Command, framework: Framework) -> Outcome:
    start = time.monotonic()
    runs = folder / "runs"
    arguments = ["compare", str(write_specification(spec, material)), "--parallel", "2", "--out", str(runs)]
    if spec in INTERRUPTED:
        # The faulty framework trains an epoch or more before the interruption, and one or more after it.
        command.interrupt_after_epoch(arguments, [framework])
        arguments = ["resume", "latest", "--out", str(runs)]
    ran = command.run(*arguments, "--quiet")
    files = list(runs.glob("*/comparison.json"))
    if len(files) != 1:
        raise RuntimeError(f"compare {spec} has made no comparison:\n{ran.stdout}{ran.stderr}")
    comparison = json.loads(files[0].read_text())
    failures = [run["failure"]["message"] for run in comparison["runs"] if run["failure"] is not None]
    difference = comparison["metrics"][comparison["primaryMetric"]]["difference"] or {}
    return Outcome(
        date=datetime.date.today().isoformat(),
        seconds=round(time.monotonic() - start, 1),
        rows={row["ingredient"]: row["evidence"] for row in comparison["contract"] if row["state"] == "different"},
        failure=failures[0] if failures else None,
        verdict=difference.get("verdict"),
        losses={name: _losses(comparison, name) for name in ("tensorflow", "pytorch")},
    )


def _climb(spec: str, material: Path, command: Command) -> list[str]:
    """The rungs of the parity ladder that don't hold."""
    ran = command.run("verify", str(write_specification(spec, material)), "--json")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    finished = [event for event in events if event["type"] == "verify-finished"]
    if not finished:
        raise RuntimeError(f"verify {spec} has not finished:\n{ran.stderr}")
    return [rung["rung"] for rung in finished[0]["rungs"] if not rung["passed"]]


def _losses(comparison: dict[str, Any], framework: str) -> list[float]:
    losses: list[float] = []
    finished = [run for run in comparison["runs"] if run["framework"] == framework and run["status"] == "finished"]
    for run in sorted(finished, key=lambda run: run["seed"]):
        for epoch in run["epochs"]:
            # A loss that isn't finite is null.
            losses += [epoch["train"]["loss"] or math.inf, epoch["validation"]["loss"]]
        losses.append(run["test"]["loss"])
    return losses


def _largest_change(losses: list[float], plain: list[float]) -> float:
    """The largest relative change; another number of epochs counts as a change of 1."""
    if len(losses) != len(plain):
        return 1.0
    return max((abs(ours / theirs - 1) for ours, theirs in zip(losses, plain, strict=True)), default=0.0)
