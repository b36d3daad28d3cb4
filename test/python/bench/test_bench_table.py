"""The table says what the file of figures says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import table
from bench.results import RESULTS, read_results, record
from bench.table import BEGIN, END, format_results, write_table


@pytest.fixture
def results(tmp_path: Path):
    file = tmp_path / "results.json"
    record("frozen-10-epochs-pytorch", ours=[20.0, 30.0], reference=[500.0, 520.0], file=file)
    record("full-step-tensorflow", ours=[110.0], reference=[100.0], file=file)
    return read_results(file)


def test_a_row_has_medians_spread_ratio_and_verdict(results) -> None:
    rows = [line for line in format_results(results).splitlines() if line.startswith("| `")]
    assert rows[0].startswith("| `frozen-10-epochs-pytorch` | Ten epochs of the head")
    assert rows[0].endswith(
        "| 25 s (20 to 30, 2 runs) | 510 s (500 to 520, 2 runs) | 20.4× faster | at least 18× faster | yes |"
    )
    assert rows[1].endswith("| 110 ms (1 run) | 100 ms (1 run) | 1.10× | at most 1.05× | **no** |")


def test_the_table_replaces_the_one_before_and_nothing_else(results, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"Before.\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter.\n")
    write_table(results, file)
    once = file.read_text()
    write_table(results, file)
    assert file.read_text() == once
    assert once.startswith(f"Before.\n\n{BEGIN}\n\n")
    assert once.endswith(f"\n{END}\n\nAfter.\n")
    assert "old" not in once
    assert format_results(results) in once


def test_a_file_without_markers_is_refused(results, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("Before.\n")
    with pytest.raises(ValueError, match="no markers"):
        write_table(results, file)


def test_the_readme_shows_the_figures_that_were_kept() -> None:
    kept = read_results(RESULTS)
    shown = table.README.read_text().partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == (format_results(kept).strip() if kept else "")
