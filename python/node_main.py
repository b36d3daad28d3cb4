"""The process on a node that holds a framework: reads a line a request on stdin, and answers on a descriptor.

It stands where pythonia's Python stands on the user's machine, and calls the same `invoke`, so that a run has the same
process around it wherever it is carried out: the main thread, the guards, an interpreter without Ray.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import TextIO

_FOLDER = os.path.dirname(os.path.abspath(__file__))
# An installed package of the same name would hide ours.
sys.path[:] = [_FOLDER, *(folder for folder in sys.path if folder != _FOLDER)]

from bridge_main import invoke  # noqa: E402


class Channel:
    """The lines to and from the place that started this process, each a JSON object with a `type`."""

    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self._requests = requests
        self._answers = answers
        self._calls: queue.Queue[dict | None] = queue.Queue()
        self._is_cancelled = False

    def serve(self) -> None:
        """Carries out one call after the other, until the place closes its end."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while (call := self._calls.get()) is not None:
            self._is_cancelled = False
            self._send("reply", invoke(call["name"], call["payload"], self._emit))

    def _read(self) -> None:
        for line in self._requests:
            message = json.loads(line)
            if message["type"] == "invoke":
                self._calls.put(message)
            else:
                self._is_cancelled = True
        # Nobody is left to work for, as when the bridge's other end is gone.
        os._exit(1)

    def _emit(self, report: str) -> bool:
        self._send("progress", report)
        return not self._is_cancelled

    def _send(self, kind: str, payload: str) -> None:
        print(json.dumps({"type": kind, "payload": payload}), file=self._answers, flush=True)


if __name__ == "__main__":
    # The descriptors of the channel are nobody else's: what libraries read from stdin or print is no message.
    with open(os.dup(0), encoding="utf-8") as requests, open(int(sys.argv[1]), "w", encoding="utf-8") as answers:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        Channel(requests, answers).serve()
