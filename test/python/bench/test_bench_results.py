"""The file of figures: medians and ratios are right, and each benchmark can be run alone and again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench import results
from bench.results import read_results, record, summarize


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "results.json"


def test_a_speed_up_is_the_references_median_over_ours() -> None:
    entry = summarize("frozen-10-epochs-pytorch", ours=[2.0, 10.0, 1.0], reference=[40.0, 39.0, 400.0])
    assert (entry.ours, entry.reference, entry.ratio) == (2.0, 40.0, 20.0)
    assert (entry.bar, entry.met) == ("at least 18× faster", True)


def test_any_other_ratio_is_ours_over_the_reference() -> None:
    entry = summarize("full-step-pytorch", ours=[96.0], reference=[100.0])
    assert (entry.ratio, entry.met) == (0.96, False)
    assert summarize("full-step-pytorch", ours=[95.0], reference=[100.0]).met


def test_images_a_second_must_not_be_too_few() -> None:
    assert summarize("features-against-forward-pytorch", ours=[18.0], reference=[20.0]).met
    assert not summarize("features-against-forward-pytorch", ours=[17.9], reference=[20.0]).met


def test_an_overhead_may_be_a_share_and_an_amount() -> None:
    assert summarize("orchestration", ours=[61.0], reference=[60.0]).met
    assert not summarize("orchestration", ours=[61.2], reference=[60.0]).met
    assert not summarize("first-event", ours=[5.6], reference=[5.0]).met


def test_a_figure_without_a_bar_is_neither_met_nor_missed() -> None:
    entry = summarize("frozen-3-epochs-tensorflow", ours=[1.0], reference=[6.0])
    assert (entry.ratio, entry.bar, entry.met) == (6.0, None, None)


def test_a_side_without_a_measurement_is_refused() -> None:
    with pytest.raises(ValueError, match="validate-cold"):
        summarize("validate-cold", ours=[], reference=[1.0])


def test_a_benchmark_run_again_replaces_its_own_entry_alone(file: Path) -> None:
    record("validate-cold", [0.3], [0.1], file)
    record("full-step-pytorch", [90.0], [100.0], file)
    record("validate-cold", [0.15], [0.1], file)
    found = read_results(file)
    assert found is not None
    assert [(entry.id, entry.met) for entry in found.entries] == [("full-step-pytorch", True), ("validate-cold", True)]


def test_figures_of_another_machine_are_dropped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record("validate-cold", [0.3], [0.1], file)
    machine = msgspec.structs.replace(results.read_machine(), cores=128)
    monkeypatch.setattr(results, "read_machine", lambda: machine)
    record("full-step-pytorch", [90.0], [100.0], file)
    found = read_results(file)
    assert found is not None
    assert [entry.id for entry in found.entries] == ["full-step-pytorch"]
    assert found.machine.cores == 128


def test_the_file_holds_what_is_promised_of_an_entry(file: Path) -> None:
    record("sweep-10-heads", [11.0, 12.0], [10.0, 10.0], file)
    written = msgspec.json.decode(file.read_bytes())
    assert set(written) == {"machine", "versions", "entries"}
    assert written["entries"] == [
        {
            "id": "sweep-10-heads",
            "ours": 11.5,
            "reference": 10.0,
            "unit": "s",
            "ratio": 1.15,
            "bar": "at most 1.2×",
            "met": True,
            "runs": {"ours": [11.0, 12.0], "reference": [10.0, 10.0]},
        }
    ]
