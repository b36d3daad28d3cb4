"""The figures as a Markdown table in bench/README.md, between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench import ROOT
from bench.figures import FIGURES
from bench.results import Entry, Results

README = ROOT / "bench" / "README.md"
BEGIN = "<!-- What `make bench` measured, from results.json. -->"
END = "<!-- End of what `make bench` measured. -->"


def write_table(results: Results, file: Path = README) -> None:
    """Replaces the text between the two markers.

    Raises:
        ValueError: If the file has no such markers.
    """
    before, marker, rest = file.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not marker or not end:
        raise ValueError(f"{file} has no markers for the table")
    file.write_text(f"{before}{BEGIN}\n\n{format_results(results)}\n{END}{after}")


def format_results(results: Results) -> str:
    """The machine and the figures, one a line, in Markdown."""
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    lines = [
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib} GiB, {machine.platform}; {versions}.",
        "",
        "| id | figure | ours | reference | ratio | bar | met |",
        "|---|---|---|---|---|---|---|",
        *map(_format_row, results.entries),
        "",
    ]
    return "\n".join(lines)


def _format_row(entry: Entry) -> str:
    figure = FIGURES[entry.id]
    ratio = f"{entry.ratio:.1f}× faster" if figure.is_speedup else f"{entry.ratio:.2f}×"
    met = {True: "yes", False: "**no**", None: ""}[entry.met]
    ours = _format_side(entry.ours, entry.runs.ours, entry.unit)
    reference = _format_side(entry.reference, entry.runs.reference, entry.unit)
    return f"| `{entry.id}` | {figure.title} | {ours} | {reference} | {ratio} | {entry.bar or ''} | {met} |"


def _format_side(median: float, runs: Sequence[float], unit: str) -> str:
    """Formats one side of a figure, such as `12.3 s (12.1 to 12.9, 3 runs)`."""
    least, most = _format_number(min(runs)), _format_number(max(runs))
    spread = f" ({least} to {most}, {len(runs)} runs)" if len(runs) > 1 else " (1 run)"
    return f"{_format_number(median)} {unit}{spread}"


def _format_number(value: float) -> str:
    """Formats a number with four digits, and with more only before the decimal point."""
    return f"{value:.0f}" if value >= 1000 else f"{value:.4g}"
