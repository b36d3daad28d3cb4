"""bench/results.json: what was measured, entry by entry. A benchmark measures, and calls `record`."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import ROOT
from bench.figures import FIGURES
from bench.machine import Machine, read_machine, read_versions

RESULTS = ROOT / "bench" / "results.json"


class Runs(msgspec.Struct, frozen=True):
    """The single measurements, in the order they were taken."""

    ours: list[float]
    reference: list[float]


class Entry(msgspec.Struct, frozen=True):
    """One figure."""

    id: str
    ours: float
    """Median."""
    reference: float
    """Median."""
    unit: str
    ratio: float
    """Of the medians: reference over ours where the bar says "faster", else ours over reference."""
    bar: str | None
    met: bool | None
    """None where there is no bar."""
    runs: Runs


class Results(msgspec.Struct, frozen=True):
    """The file."""

    machine: Machine
    versions: dict[str, str]
    entries: list[Entry]


def add_results_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--results FILE`, to be handed to `record`."""
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go (bench/results.json)")


def record(figure_id: str, ours: Sequence[float], reference: Sequence[float], file: Path = RESULTS) -> Entry:
    """Puts a figure into the file in place of the one of the same id, and prints it.

    The others stay, unless they were measured on another machine or with other versions: figures of two machines make
    no table, so they are dropped.

    Args:
        figure_id: A key of `bench.figures.FIGURES`.
        ours: Measurements of twintune, in the figure's unit.
        reference: Those of what it is held against, each taken right beside one of ours where they come in pairs.
        file: What is written.

    Raises:
        ValueError: When a side has no measurement.
    """
    entry = summarize(figure_id, ours, reference)
    machine, versions = read_machine(), read_versions()
    before = read_results(file)
    if before is not None and (before.machine, before.versions) != (machine, versions):
        print(f"{file} was of another machine, or of other versions: it is begun anew.", flush=True)
        before = None
    entries = {entry.id: entry for entry in before.entries} if before else {}
    entries[figure_id] = entry
    in_order = [entries[known] for known in FIGURES if known in entries]
    encoded = msgspec.json.encode(Results(machine, versions, in_order))
    file.write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")
    print(describe(entry), flush=True)
    return entry


def summarize(figure_id: str, ours: Sequence[float], reference: Sequence[float]) -> Entry:
    """Medians, their ratio, and whether the bar is met."""
    if not ours or not reference:
        raise ValueError(f"{figure_id} has no measurement")
    figure = FIGURES[figure_id]
    medians = statistics.median(ours), statistics.median(reference)
    return Entry(
        id=figure.id,
        ours=_rounded(medians[0]),
        reference=_rounded(medians[1]),
        unit=figure.unit,
        ratio=_rounded(figure.ratio(*medians)),
        bar=figure.bar.text if figure.bar else None,
        met=figure.bar.is_met(*medians) if figure.bar else None,
        runs=Runs([_rounded(run) for run in ours], [_rounded(run) for run in reference]),
    )


def read_results(file: Path) -> Results | None:
    """What a file holds; None where there is no file."""
    return msgspec.json.decode(file.read_bytes(), type=Results) if file.exists() else None


def describe(entry: Entry) -> str:
    """A line on an entry."""
    bar = f"; {entry.bar}: {'met' if entry.met else 'NOT met'}" if entry.bar else ""
    return (
        f"{entry.id}: {entry.ours:g} {entry.unit} against {entry.reference:g} {entry.unit},"
        f" ratio {entry.ratio:.3g}{bar}"
    )


def _rounded(value: float) -> float:
    """To five digits, which is more than any measurement here holds."""
    return float(f"{value:.5g}")
