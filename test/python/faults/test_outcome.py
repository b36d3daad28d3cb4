"""The outcome of a fault says whether the expected row showed it, and the page tells it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from faults.__main__ import choose
from faults.catalog import CATALOG
from faults.fault import Fault
from faults.outcome import FaultOutcome, Outcomes, read_outcomes, state_of, write_outcomes
from faults.page import format_page

FAULT = Fault(
    name="decay-lost",
    framework="pytorch",
    module="twintune.engines.pytorch.optimizer",
    before="decay",
    after="0.0",
    wrong="No weight decays.",
    spec="fine-tune",
    shown_by="optimizer",
)


def outcome(*rows: str, failure: str | None = None, rungs: list[str] | None = None) -> FaultOutcome:
    return FaultOutcome(
        date="2026-01-02",
        seconds=12.4,
        rows=dict.fromkeys(rows, "tensorflow: 1; pytorch: 2"),
        failure=failure,
        verdict=None,
        losses={"pytorch": [2.5], "tensorflow": [2.5]},
        rungs=rungs,
        change=0.021,
    )


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (outcome("epochs", "optimizer"), "shown"),
        (outcome("epochs"), "shown elsewhere"),
        (outcome(failure="The loss became nan."), "failed"),
        (outcome(), "unseen"),
        (outcome(rungs=["gradients"]), "shown elsewhere"),
    ],
)
def test_a_fault_is_shown_by_the_row_that_should_show_it(found: FaultOutcome, state: str):
    assert state_of(found, FAULT.shown_by) == state


def test_a_fault_may_be_shown_by_a_rung():
    rung = dataclasses.replace(FAULT, shown_by="verify: gradients")
    assert rung.rung == "gradients"
    assert state_of(outcome(rungs=["gradients", "steps"]), rung.shown_by) == "shown"


def test_the_page_has_what_shows_a_fault_and_names_what_nothing_shows():
    other = dataclasses.replace(FAULT, framework="tensorflow")
    third = dataclasses.replace(FAULT, name="decay-of-norms")
    faults = {FAULT.id: outcome("optimizer", "updates"), other.id: outcome()}
    page = format_page({fault.id: fault for fault in (FAULT, other, third)}, Outcomes(faults=faults))
    assert "Of 3 mistakes, 2 were run: 1 were shown, 0 made a run fail, and 1 were not seen." in page
    assert "| decay-lost | PyTorch | No weight decays. | 2e-02 | **optimizer**, updates | 2026-01-02 | 12 |" in page
    assert "| decay-of-norms | PyTorch | No weight decays. | | not run; expected: optimizer | | |" in page
    assert "- decay-lost-tensorflow: The row or rung that should show it, optimizer, doesn't." in page


def test_results_are_read_as_they_were_written(tmp_path: Path):
    results = Outcomes(faults={FAULT.id: outcome("optimizer")})
    write_outcomes(results, tmp_path / "faults.json")
    assert read_outcomes(tmp_path / "faults.json") == results
    assert read_outcomes(tmp_path / "nothing.json") == Outcomes()


def test_a_name_chooses_the_fault_of_both_frameworks_and_an_id_one_of_them():
    assert [fault.id for fault in choose(["decay-lost"], None)] == ["decay-lost-pytorch", "decay-lost-tensorflow"]
    assert [fault.id for fault in choose(["decay-lost-tensorflow"], None)] == ["decay-lost-tensorflow"]
    assert choose(None, None) == list(CATALOG.values())
    with pytest.raises(SystemExit, match="There is no fault decay-lots;"):
        choose(["decay-lots"], None)
