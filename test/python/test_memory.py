"""The peak of the resident set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from twintune import memory
from twintune.memory import ResidentPeak

MIB = 2**20


def test_memory_that_was_used_and_given_back_is_in_the_peak() -> None:
    peak = ResidentPeak()
    peak.start()
    before, _ = peak.read()
    # A large array is mapped apart, so that freeing it gives it back to the system.
    np.ones(256 * MIB, np.uint8)
    after, _ = peak.read()
    assert after - before >= 200 * MIB


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system forgets no peak")
def test_what_an_earlier_run_reached_is_forgotten() -> None:
    peak = ResidentPeak()
    np.ones(256 * MIB, np.uint8)
    before, _ = peak.read()
    peak.start()
    after, method = peak.read()
    assert before - after >= 200 * MIB
    assert "in this run" in method


def test_where_a_peak_can_not_be_forgotten_the_method_says_so(monkeypatch) -> None:
    def refuse(path: Path, text: str) -> int:
        raise PermissionError(path)

    monkeypatch.setattr(memory.Path, "write_text", refuse)
    peak = ResidentPeak()
    peak.start()
    assert "since its start" in peak.read()[1]
