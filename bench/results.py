"""The file bench/results.json, which holds each figure's measurements. A benchmark measures, and calls `record`."""

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
    """The single measurements of both sides, in the order in which they were taken."""

    ours: list[float]
    reference: list[float]


class Entry(msgspec.Struct, frozen=True):
    """The entry of one figure."""

    id: str
    ours: float
    """The median of our measurements."""
    reference: float
    """The median of the reference's measurements."""
    unit: str
    ratio: float
    """The ratio of the medians: reference over ours if the bar says "faster", else ours over reference."""
    bar: str | None
    met: bool | None
    """Whether the bar is met; None if there is no bar."""
    runs: Runs


class Results(msgspec.Struct, frozen=True):
    """The content of the file."""

    machine: Machine
    versions: dict[str, str]
    entries: list[Entry]


def add_results_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option `--results FILE`, whose value is for `record`."""
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go (bench/results.json)")


def record(figure_id: str, ours: Sequence[float], reference: Sequence[float], file: Path = RESULTS) -> Entry:
    """Puts a figure into the file in place of the entry with the same id, and prints it.

    Other entries stay, unless they were measured on another machine or with other versions: figures of two machines
    make no table, so these are dropped.

    Args:
        figure_id: A key of `bench.figures.FIGURES`.
        ours: Measurements of twintune, in the figure's unit.
        reference: Measurements of the reference, each taken right beside one of ours if they come in pairs.
        file: The file to write.

    Raises:
        ValueError: If a side has no measurement.
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
    """Makes an entry of the medians, their ratio, and whether the bar is met."""
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
    """The content of a file; None if there is no file."""
    return msgspec.json.decode(file.read_bytes(), type=Results) if file.exists() else None


def describe(entry: Entry) -> str:
    """Describes an entry in one line."""
    bar = f"; {entry.bar}: {'met' if entry.met else 'NOT met'}" if entry.bar else ""
    return (
        f"{entry.id}: {entry.ours:g} {entry.unit} against {entry.reference:g} {entry.unit},"
        f" ratio {entry.ratio:.3g}{bar}"
    )


def _rounded(value: float) -> float:
    """Rounds to five digits, which is more than any of the measurements is exact to."""
    return float(f"{value:.5g}")
