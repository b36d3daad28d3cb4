"""A place tells the end of its framework's process, however the process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from twintune.cluster.place import Message, Place


def tell_all(folder: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Tells the messages of a place whose framework's process is a program, until the process ends.

    Args:
        folder: A folder for the program and the place's store.
        program: Lines of Python. The function `write` writes a text where the process answers.
        monkeypatch: The fixture.
    """
    monkeypatch.setenv("TWINTUNE_CACHE_DIR", str(folder / "cache"))
    python = folder / "python"
    write = "def write(text): os.write(int(sys.argv[-1]), text.encode())"
    python.write_text("\n".join([f"#!{sys.executable}", "import os, sys", write, program]))
    python.chmod(0o755)
    place = Place({}, str(python), "home")
    messages: list[Message] = []
    for _ in range(100):
        messages += place.hear(len(messages), 0.2)["messages"]
        if messages and messages[-1]["type"] == "ended":
            return messages
    raise AssertionError(f"The end is not told after {messages}.")


WRITES_HALF_A_LINE = r"""
write('{"type": "progress", "payload": "{}"}\n')
write('{"type": "prog')
os.kill(os.getpid(), 9)
"""


def test_a_process_that_is_killed_while_it_writes_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tell_all(tmp_path, WRITES_HALF_A_LINE, monkeypatch) == [
        {"type": "progress", "payload": "{}"},
        {"type": "ended", "payload": "SIGKILL"},
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has real-time signals")
def test_a_process_may_end_by_a_signal_without_a_name_and_the_driver_ends_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="requirements-ray.txt is not installed")
    number = signal.SIGRTMIN + 1
    (ended,) = tell_all(tmp_path, f"os.kill(os.getpid(), {number})", monkeypatch)
    program = f"from twintune.cluster.held import _end_like; _end_like({ended['payload']!r})"
    environment = {"PYTHONPATH": str(Path(__file__).parents[3] / "python")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=False)
    assert done.returncode == -number
