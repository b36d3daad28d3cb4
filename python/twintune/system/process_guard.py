"""Guards for a Python that pythonia has started: signals, crash dumps, death with its parent, and its log.

This module imports nothing but the standard library, and parses on any Python 3 that pythonia itself runs on.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time

from twintune.errors import TwintuneError

OLDEST_PYTHON = (3, 11)

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.2


def prepare() -> dict:
    """Sets up this process's guards; the first call over the bridge, from the main thread.

    Returns:
        The process's `pid`.

    Raises:
        TwintuneError: INTERPRETER_UNUSABLE for a Python that is too old.
    """
    _require_python(sys.version_info[:2])
    _forget_the_bridge()
    # Ctrl-C is the parent's to handle; it tells this process to stop between two steps.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Only the stack of the thread that crashed is dumped: it would be lost among a framework's dozens of threads.
    faulthandler.enable(all_threads=False)
    if hasattr(signal, "SIGUSR1"):
        # The signal asks a process that seems to hang what it is at; the answer goes to the log.
        faulthandler.register(signal.SIGUSR1, all_threads=True)
    die_with_parent()
    return {"pid": os.getpid()}


def log_to(file: str) -> None:
    """Has all that this process prints from now on, native code and new children too, go to the end of a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)


def _require_python(version: tuple[int, int]) -> None:
    if version < OLDEST_PYTHON:
        raise TwintuneError(
            "INTERPRETER_UNUSABLE",
            f"{sys.executable} is Python {version[0]}.{version[1]}; twintune needs 3.11 or newer.",
            "Run `twintune setup`, which makes .venv here, without the TWINTUNE_PYTHON variables; or set"
            " TWINTUNE_PYTHON to a Python 3.11 to 3.13 that has the frameworks.",
        )


def _forget_the_bridge() -> None:
    """Removes the traces of pythonia by which this process's children would believe that they are the bridge.

    multiprocessing's spawn re-runs `__main__.__file__`, which is pythonia's own script; a Node child would take the
    channel in NODE_CHANNEL_FD for its own.
    """
    sys.modules["__main__"].__dict__.pop("__file__", None)
    os.environ.pop("NODE_CHANNEL_FD", None)


def die_with_parent() -> None:
    """Ends this process at once when its parent is gone: by the kernel on Linux, and by a poll everywhere."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch_parent, args=(parent,), name="watch-parent", daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
