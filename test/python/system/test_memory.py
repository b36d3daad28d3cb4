"""The peak of the resident set."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from twintune.system import memory
from twintune.system.memory import ResidentPeak

MIB = 2**20
PYTHON = Path(__file__).parents[3] / "python"


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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library can't be told")
def test_what_is_freed_serves_the_next_batch_and_goes_back_before_the_next_run() -> None:
    # A process of its own: what the C library is told holds for good.
    program = """
import resource
import numpy as np
from twintune.system.memory import ResidentPeak, keep_freed_memory

def new_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(64 * 2**20, np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

as_it_is = min(new_pages() for _ in range(3))
keep_freed_memory()
new_pages()
kept = new_pages()
ResidentPeak().start()
print(as_it_is, kept, new_pages())
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=PYTHON, capture_output=True, text=True, check=True)
    as_it_is, kept, given_back = map(int, done.stdout.split())
    # 64 MiB are 16,384 pages of 4 KiB, and fewer where the system's are larger.
    assert as_it_is > 0
    assert kept < as_it_is / 10
    assert given_back > as_it_is / 2


def test_where_a_peak_can_not_be_forgotten_the_method_says_so(monkeypatch) -> None:
    def refuse(path: Path, text: str) -> int:
        raise PermissionError(path)

    monkeypatch.setattr(memory.Path, "write_text", refuse)
    peak = ResidentPeak()
    peak.start()
    assert "since its start" in peak.read()[1]
