"""The mutants of a module are real mistakes, one at each place, and the same ones each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants.generating import mutants_of


@pytest.fixture
def mutate(tmp_path: Path):
    """Gives the mistakes that are made in some code, as pairs of the line before and after."""

    def make(code: str, seed: int = 17) -> list[tuple[str, str]]:
        (tmp_path / "module.py").write_text(code)
        return [(mutant.before, mutant.after) for mutant in mutants_of(tmp_path, Path("module.py"), seed)]

    return make


def test_a_call_whose_result_is_not_used_is_left_out(mutate) -> None:
    assert mutate("def f(x):\n    x.step()\n") == [("x.step()", "pass")]
    assert mutate("def f(x):\n    return x.step()\n") == []


def test_an_operator_becomes_one_other(mutate) -> None:
    ((before, after),) = mutate("def f(a, b):\n    return a + b\n")
    assert before == "return a + b"
    assert after.startswith("return a ") and after != before


def test_a_seed_chooses_the_other_operator(mutate) -> None:
    code = "def f(a, b):\n    return a + b\n"
    assert mutate(code) == mutate(code)
    assert len({tuple(mutate(code, seed)) for seed in range(20)}) > 3


def test_an_annotation_has_no_mistake(mutate) -> None:
    assert mutate("from __future__ import annotations\ndef f(a: int | None, *b: str) -> int | str: ...\n") == []


def test_a_mistake_names_the_line_that_it_is_in(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("import os\n\n\nos.sync()\n")
    assert [mutant.line for mutant in mutants_of(tmp_path, Path("module.py"), 0)] == [4]
