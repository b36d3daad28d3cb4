"""The built command, started as a user starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from faults import ROOT
from faults.fault import Framework

_COMMAND = ("node", "dist/main.js")


class Command:
    """The command with a cache of its own, since a fault can be in what is kept there."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        """Sets up the command's environment.

        Args:
            folder: An empty folder for the cache.
            variables: Environment variables, such as those of a planted interpreter.
        """
        # One thread suffices for maps of a few pixels, and a framework runs on each core.
        own = {"TWINTUNE_CORES": "1", "TWINTUNE_CACHE_DIR": str(folder / "cache")}
        self._environment = {**os.environ, **own, **variables}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the command to its end, whatever its exit code."""
        return subprocess.run(
            [*_COMMAND, *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def interrupt_after_epoch(self, arguments: Sequence[str], frameworks: Sequence[Framework]) -> None:
        """Runs the command until each of the frameworks has trained an epoch, and interrupts it as Ctrl+C does."""
        waited = set(frameworks)
        with subprocess.Popen(
            [*_COMMAND, *arguments, "--json"],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as command:
            assert command.stdout is not None
            for line in command.stdout:
                event = json.loads(line)
                if event["type"] == "epoch":
                    waited.discard(event["framework"])
                if not waited:
                    command.send_signal(signal.SIGINT)
                    break
            command.communicate()
