"""A Python that is guarded dies with its parent and refuses to be too old."""

import subprocess
import sys
from pathlib import Path

import pytest
from twintune.errors import TwintuneError
from twintune.system.process_guard import _require_python

PYTHON_FOLDER = Path(__file__).resolve().parents[3] / "python"


def run(program: str) -> subprocess.CompletedProcess:
    """Runs a program that may end the interpreter."""
    whole = f"import sys; sys.path.insert(0, {str(PYTHON_FOLDER)!r})\n{program}"
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=30)


def test_an_old_python_is_refused():
    with pytest.raises(TwintuneError, match=r"needs 3\.11") as raised:
        _require_python((3, 10))
    assert raised.value.code == "INTERPRETER_UNUSABLE"
    _require_python((3, 11))


def test_the_poll_ends_a_process_whose_parent_has_changed():
    done = run(
        """
import threading, time
from twintune.system.process_guard import _watch_parent
threading.Thread(target=_watch_parent, args=(-1,), daemon=True).start()
time.sleep(20)
print("still here")
"""
    )
    assert done.returncode == 1
    assert done.stdout == ""


def test_ctrl_c_is_left_to_the_parent():
    done = run(
        """
import os, signal
from twintune.system.process_guard import prepare
prepare()
os.kill(os.getpid(), signal.SIGINT)
print("still here")
"""
    )
    assert done.stdout == "still here\n"


def test_children_do_not_take_themselves_for_the_bridge():
    done = run(
        """
import os, sys
sys.modules["__main__"].__file__ = "interface.py"
os.environ["NODE_CHANNEL_FD"] = "3"
from twintune.system.process_guard import prepare
prepare()
print(hasattr(sys.modules["__main__"], "__file__"), "NODE_CHANNEL_FD" in os.environ)
"""
    )
    assert done.stdout == "False False\n"
