"""The processors that a process may use, and the line on its threads."""

from __future__ import annotations

import os

import pytest
from twintune.system.cpu import allowed_processors, available_cores, describe_threads, describe_waiting, format_ranges

NEEDS_AFFINITY = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process")


@pytest.fixture(autouse=True)
def whole_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes away the share that the test run itself gives each of its processes."""
    monkeypatch.delenv("TWINTUNE_CORES", raising=False)


@NEEDS_AFFINITY
def test_a_process_that_is_bound_to_one_processor_counts_that_one() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert allowed_processors() == [min(before)]
        assert available_cores() == 1
        assert describe_threads(1, 1) == f"1 within and 1 between operations, on processors {min(before)}"
    finally:
        os.sched_setaffinity(0, before)


def test_where_the_system_binds_no_process_any_processor_will_do(monkeypatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert available_cores() == os.cpu_count()
    assert describe_threads(4, 2) == "4 within and 2 between operations, on any processor"


def test_how_threads_wait_is_told_where_it_is_set(monkeypatch) -> None:
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.delenv(name, raising=False)
    assert describe_waiting() == ""
    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")
    assert describe_waiting() == "GOMP_SPINCOUNT=1000"


def test_processors_in_a_row_are_told_in_short() -> None:
    assert format_ranges([0, 1, 2, 5, 7, 8]) == "0-2, 5, 7-8"


def test_a_process_takes_no_more_than_its_share(monkeypatch) -> None:
    cores = available_cores()
    monkeypatch.setenv("TWINTUNE_CORES", "1")
    assert available_cores() == 1
    monkeypatch.setenv("TWINTUNE_CORES", str(cores + 1))
    assert available_cores() == cores
