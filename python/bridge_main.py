"""The Python end of the bridge: `invoke`, the one function that TypeScript calls.

Strings cross the bridge, never live objects, and errors come back as data: pythonia loses an exception's message, takes
a key named `ffid` for a reference, and dies of NaN. This module imports nothing but the standard library, so that a
bare interpreter can still say which package is missing.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable

_FOLDER = os.path.dirname(os.path.abspath(__file__))
# pythonia puts this folder last in `sys.path`, where an installed package of the same name would hide ours.
sys.path[:] = [_FOLDER, *(folder for folder in sys.path if folder != _FOLDER)]

from twintune.errors import Cancelled, TwintuneError, to_failure  # noqa: E402
from twintune.system.cpu import use_processors  # noqa: E402
from twintune.system.process_guard import log_to, prepare  # noqa: E402


def invoke(name: str, payload: str, emit: Callable[[str], bool]) -> str:
    """Carries out one message and returns its reply (`src/protocol/reply.ts`) as JSON.

    Args:
        name: The message's name: `prepare`, `log-to`, `use-processors`, or a key of `twintune.handlers.HANDLERS`.
        payload: The request as JSON.
        emit: A function that takes a progress report as JSON, and returns false when the work should stop.
    """
    progress = Progress(emit)
    try:
        return _reply(name, payload, progress)
    finally:
        progress.close()


class Progress:
    """Sends a handler's reports to TypeScript and stops the handler when TypeScript says so.

    `emit` is a live JavaScript function, and JavaScript must be told from the main thread when it is let go. So the
    function is held here alone, outside every frame that an exception's traceback could keep alive.
    """

    def __init__(self, emit: Callable[[str], bool]) -> None:
        self._emit: Callable[[str], bool] | None = emit

    def report(self, report: object) -> None:
        """Sends one report: a dict or a msgspec Struct.

        Raises:
            Cancelled: If TypeScript says that the work should stop.
            RuntimeError: If called after the handler's end, or from another thread than the main one, which the bridge
            can't bear.
        """
        if self._emit is None or threading.current_thread() is not threading.main_thread():
            raise RuntimeError("Progress can be reported only by a running handler, from the main thread.")
        payload = _encode(report)
        try:
            goes_on = self._emit(payload)
        except SystemExit:
            # pythonia's way to say that the other end is gone: nobody is left to work for.
            os._exit(1)
        if not goes_on:
            raise Cancelled

    def close(self) -> None:
        """Lets go of `emit`."""
        self._emit = None


def _reply(name: str, payload: str, progress: Progress) -> str:
    try:
        if name == "prepare":
            return json.dumps({"ok": True, "result": prepare()})
        if name == "log-to":
            log_to(json.loads(payload)["file"])
            return json.dumps({"ok": True, "result": {}})
        if name == "use-processors":
            use_processors(json.loads(payload)["processors"])
            return json.dumps({"ok": True, "result": {}})
        return _encode({"ok": True, "result": _handler(name)(payload.encode(), progress.report)})
    except BaseException as exception:  # sys.exit or a KeyboardInterrupt in a handler must not end the bridge
        return json.dumps({"ok": False, "failure": to_failure(exception)})


def _handler(name: str) -> Callable[[bytes, Callable[[object], None]], object]:
    from twintune.handlers import HANDLERS

    if name not in HANDLERS:
        raise TwintuneError("INTERNAL", f"Python has no handler for the message {name!r}.")
    return HANDLERS[name]


def _encode(value: object) -> str:
    """Encodes a value as JSON; NaN and infinity become null."""
    import msgspec

    return msgspec.json.encode(value).decode()
