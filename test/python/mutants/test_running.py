"""Tests run in a fork, on a copy of the checkout that a mistake has been written into."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants.running import copied_tree, run_tests


@pytest.fixture
def tree(tmp_path: Path):
    """A copy of a tiny checkout, whose one test holds a module to 1."""
    root = tmp_path / "checkout"
    (root / "python").mkdir(parents=True)
    (root / "test").mkdir()
    (root / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["python"]\n')
    (root / "python/tiny.py").write_text("ONE = 1\n")
    (root / "test/test_tiny.py").write_text("from tiny import ONE\n\ndef test_one():\n    assert ONE == 1\n")
    with copied_tree(root, tmp_path / "copy") as copy:
        yield copy


TESTS = ["test/test_tiny.py::test_one"]


def test_tests_that_pass_let_the_mutant_live(tree: Path) -> None:
    assert run_tests(tree, TESTS, 60).failed is None


def test_the_test_that_fails_is_named_and_the_checkout_stays(tree: Path) -> None:
    (tree / "python/tiny.py").write_text("ONE = 2\n")
    assert run_tests(tree, TESTS, 60).failed == TESTS[0]
    assert (tree.parent / "checkout/python/tiny.py").read_text() == "ONE = 1\n"


def test_a_module_that_cannot_be_imported_is_noticed(tree: Path) -> None:
    (tree / "python/tiny.py").write_text("ONE = 1 / 0\n")
    run = run_tests(tree, TESTS, 60)
    assert run.failed is not None and not run.timed_out


def test_what_never_ends_is_ended(tree: Path) -> None:
    (tree / "python/tiny.py").write_text("while True: pass\n")
    assert run_tests(tree, TESTS, 0.5).timed_out
