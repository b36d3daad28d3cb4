"""Plants one fault in this Python: replaces a text of one module when the module is imported.

Python imports this file at its start, because `faults.interpreter` puts its folder into PYTHONPATH. The file that
TWINTUNE_FAULT names says what is planted: the module, the text before and the text after, as JSON. A file beside it
that ends in `.planted` gets the number of places that had the text.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import sys
from pathlib import Path

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_FAULT = Path(os.environ.pop("TWINTUNE_FAULT"))


class _FaultyLoader(importlib.machinery.SourceFileLoader):
    """A loader that compiles the changed source, and neither reads nor writes a compiled file."""

    def get_code(self, fullname: str):
        """Compiles the module with the fault.

        Raises:
            ImportError: If the module doesn't have the text to replace exactly once.
        """
        fault, source = json.loads(_FAULT.read_text()), self.get_source(fullname) or ""
        count = source.count(fault["before"])
        # Both workers of a framework write the same.
        _FAULT.with_suffix(".planted").write_text(str(count))
        if count != 1:
            raise ImportError(f"The fault can't be planted: {fullname} has its text {count} times.")
        return self.source_to_code(source.replace(fault["before"], fault["after"]).encode(), self.path)


class _FaultFinder:
    """A finder of the one module that has the fault."""

    def __init__(self, module: str) -> None:
        self._module = module

    def find_spec(self, fullname: str, path=None, target=None):
        """Finds the module as Python would, and gives it the loader with the fault."""
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _FaultyLoader(fullname, spec.origin)
        return spec


def _run_the_next() -> None:
    """Runs the sitecustomize that this one hides, if there is one."""
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != _FOLDER]
    # Child processes get no fault.
    del os.environ["PYTHONPATH"]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize")
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        # Python passes over a missing sitecustomize too, and one that hides another may say that there is none.
        if error.name != "sitecustomize":
            raise


sys.meta_path.insert(0, _FaultFinder(json.loads(_FAULT.read_text())["module"]))
_run_the_next()
