"""The tests that are asked about a mutant are those that run its line, the quickest first."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants.test_map import TestMap

CODE = """\
LIMIT = 3

def f(a):
    return g(
        a,
        LIMIT,
    )

def g(a, b):
    if a:
        return b
    return a
"""
SECONDS = {"quick": 0.1, "slow": 9.0, "other": 0.2}
LINES = {
    "1": [""],
    "3": [""],
    "9": [""],
    "4": ["slow", "quick"],
    "5": ["slow", "quick"],
    "10": ["other"],
    "12": ["other"],
}


@pytest.fixture
def tests_of(tmp_path: Path):
    """Gives the tests of a line of `CODE`."""
    (tmp_path / "a.py").write_text(CODE)
    test_map = TestMap(SECONDS, {"a.py": LINES})
    return lambda line: test_map.tests_of(tmp_path, "a.py", line)


def test_the_quickest_comes_first(tests_of) -> None:
    assert tests_of(4) == ["quick", "slow"]


def test_a_statement_over_several_lines_is_run_as_one(tests_of) -> None:
    assert tests_of(6) == ["quick", "slow"]


def test_a_line_with_a_body_is_run_apart_from_it(tests_of) -> None:
    assert tests_of(10) == ["other"]
    assert tests_of(11) == []


def test_what_runs_at_the_import_concerns_all_tests_of_the_module(tests_of) -> None:
    assert tests_of(1) == ["quick", "other", "slow"]


def test_a_test_that_failed_without_a_mutant_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE)
    assert TestMap({}, {"a.py": LINES}).tests_of(tmp_path, "a.py", 4) == []
