"""The report tells each survivor, and a score in which a time limit counts as killed."""

from __future__ import annotations

from dataclasses import replace

from mutants.report import Outcome, describe
from mutants.sampling import Mutant

MUTANT = Mutant("python/a.py", 3, "a + b", "a - b", "Add_Sub", 0, "a - b\n")
KILLED = Outcome(MUTANT, "killed", "test_a", 1, 0, 1.0)


def test_a_survivor_is_told_with_its_place_and_its_mistake() -> None:
    text = describe([replace(KILLED, status="survived", killed_by=None, unasked=2)])
    assert "python/a.py:3" in text and "- a + b" in text and "+ a - b" in text
    assert "1 tests asked, 2 slower ones not" in text


def test_a_time_limit_counts_as_killed_and_a_line_that_no_test_runs_as_survived() -> None:
    outcomes = [replace(KILLED, status=status) for status in ("killed", "timeout", "survived", "not-run")]
    assert "2 of 4 mutants killed (50%), 1 of them by a time limit" in describe(outcomes)
