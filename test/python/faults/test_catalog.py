"""The catalog of faults fits the source as it is: no fault is run here."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from faults.catalog import CATALOG
from faults.fault import Fault
from faults.outcome import read_outcomes
from faults.page import PAGE, format_page
from faults.specifications import SPECIFICATIONS


def source_of(module: str) -> str:
    """The source of a module, found without importing the packages that it is in."""
    files = [Path(folder, *module.split(".")).with_suffix(".py") for folder in sys.path]
    return next(file for file in files if file.exists()).read_text()


@pytest.mark.parametrize("fault", CATALOG.values(), ids=CATALOG)
def test_a_fault_replaces_the_one_place_that_has_its_text(fault: Fault):
    source = source_of(fault.module)
    assert source.count(fault.before) == 1, f"bring the text of {fault.id} up to date with {fault.module}"
    assert fault.after != fault.before
    ast.parse(source.replace(fault.before, fault.after))


@pytest.mark.parametrize("fault", CATALOG.values(), ids=CATALOG)
def test_a_fault_is_shown_by_something_or_has_a_reason(fault: Fault):
    assert fault.spec in SPECIFICATIONS
    assert (fault.shown_by is None) == bool(fault.unseen_because)


def test_each_fault_has_an_id_of_its_own():
    from faults.catalog import ROOMS

    assert len(CATALOG) == sum(len(room.FAULTS) for room in ROOMS)


def test_the_page_is_that_of_the_last_results():
    assert PAGE.read_text() == format_page(CATALOG, read_outcomes()), "run .venv/bin/python -m faults --page"
