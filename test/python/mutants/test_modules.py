"""The list of mutated modules fits the package."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants.modules import find_modules


def test_each_module_of_the_list_is_one_file() -> None:
    assert all(path.suffix == ".py" for path in find_modules(Path(__file__).parents[3]))


def test_a_module_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gone"):
        find_modules(tmp_path, ("gone",))
