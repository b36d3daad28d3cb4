"""The share of the processors that other processes use is measured."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace

import psutil
import pytest
from twintune.system import other_load
from twintune.system.other_load import OtherLoad


class Machine:
    """Two processors and a process, whose times are set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.ours = 0.0
        self.processors = [SimpleNamespace(user=0.0, system=0.0, idle=0.0, steal=0.0) for _ in range(2)]
        monkeypatch.setattr(other_load, "time", SimpleNamespace(perf_counter=lambda: self.now))
        monkeypatch.setattr(other_load, "allowed_processors", lambda: [0, 1])
        monkeypatch.setattr(other_load, "_our_seconds", lambda: self.ours)
        monkeypatch.setattr(psutil, "cpu_times", lambda percpu: self.processors)


@pytest.fixture
def machine(monkeypatch) -> Machine:
    return Machine(monkeypatch)


def test_what_we_use_ourselves_is_not_of_others(machine: Machine) -> None:
    load = OtherLoad()
    machine.now, machine.ours = 10.0, 12.0
    machine.processors[0].user, machine.processors[1].system = 8.0, 4.0
    machine.processors[1].idle = 6.0
    assert load.share() == 0


def test_others_and_stolen_time_are_a_share_of_all_processors(machine: Machine) -> None:
    load = OtherLoad()
    machine.now, machine.ours = 10.0, 10.0
    machine.processors[0].user, machine.processors[1].user, machine.processors[1].steal = 10.0, 3.0, 1.0
    assert load.share() == pytest.approx(4 / 20)


def test_processors_that_we_may_not_use_do_not_count(machine: Machine, monkeypatch) -> None:
    monkeypatch.setattr(other_load, "allowed_processors", lambda: [0])
    load = OtherLoad()
    machine.now = 10.0
    machine.processors[0].user, machine.processors[1].user = 5.0, 10.0
    assert load.share() == pytest.approx(0.5)


def test_less_than_a_second_tells_nothing(machine: Machine) -> None:
    load = OtherLoad()
    machine.now, machine.processors[0].user = 0.9, 0.9
    assert load.share() is None


def test_a_system_that_does_not_tell_gives_no_share(machine: Machine, monkeypatch) -> None:
    def refuse(percpu: bool) -> None:
        raise OSError

    monkeypatch.setattr(psutil, "cpu_times", refuse)
    load = OtherLoad()
    machine.now = 10.0
    assert load.share() is None


def test_a_process_that_keeps_a_processor_busy_is_seen() -> None:
    load = OtherLoad()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        time.sleep(1.2)
        share = load.share()
        busy.kill()
    # The busy process gets at least a quarter of a processor, however many others want one.
    assert share is not None and share > 0.25 / psutil.cpu_count()
