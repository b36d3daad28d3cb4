"""Complete requests for an engine in the benchmark's own process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.experiment import Framework, Specification, run_node, write_specification

if TYPE_CHECKING:
    from twintune.protocol import RunRequest


def make_request(specification: Specification, framework: Framework, folder: Path) -> RunRequest:
    """The request of a specification's first run, as Python would get it.

    Args:
        specification: The specification, as a user writes it.
        framework: The run's framework.
        folder: The folder for the run's folder and its cache.
    """
    import msgspec
    from twintune.protocol import RunRequest

    return msgspec.convert(make_raw_request(specification, framework, folder), RunRequest)


def make_raw_request(specification: Specification, framework: Framework, folder: Path) -> dict[str, Any]:
    """The request of a specification's first run as decoded JSON (see `make_request`)."""
    file = write_specification(specification, folder)
    arguments = ["--import", "tsx", "bench/print-request.ts", str(file), framework, str(folder), sys.executable]
    return json.loads(run_node(arguments, folder / "cache"))
