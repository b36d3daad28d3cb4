"""Interpreters with a fault: shell scripts that the command takes for Python."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from faults import ROOT
from faults.fault import Fault

_PLANTING = ROOT / "faults" / "planting"


class PlantedInterpreter:
    """A Python whose modules have one fault."""

    def __init__(self, fault: Fault, folder: Path) -> None:
        """Writes the interpreter.

        Args:
            fault: The fault to plant.
            folder: An empty folder, which has to stay as long as the interpreter is used.
        """
        self._fault = fault
        self._file = folder / "fault.json"
        self._file.write_text(json.dumps({"module": fault.module, "before": fault.before, "after": fault.after}))
        self._path = folder / "python"
        self._path.write_text(
            "#!/bin/sh\n"
            f"TWINTUNE_FAULT={shlex.quote(str(self._file))}\n"
            f"PYTHONPATH={shlex.quote(str(_PLANTING))}\n"
            "export TWINTUNE_FAULT PYTHONPATH\n"
            # The process stays the same, so that signals and the death of its parent reach Python.
            f'exec {shlex.quote(sys.executable)} "$@"\n'
        )
        self._path.chmod(0o755)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that have the command use the interpreter for the fault's framework alone."""
        return {"TWINTUNE_PYTHON": sys.executable, f"TWINTUNE_PYTHON_{self._fault.framework.upper()}": str(self._path)}

    def why_not_planted(self) -> str | None:
        """The reason why the fault was not planted in any process; None if it was."""
        outcome = self._file.with_suffix(".planted")
        if not outcome.exists():
            return f"{self._fault.module} was never imported"
        count = outcome.read_text()
        return None if count == "1" else f"{self._fault.module} has the text to replace {count} times"
