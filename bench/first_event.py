"""The time from the start of `compare` to its first run, beside the slower framework's import alone.

    .venv/bin/python -m bench.first_event # 2 minutes on two cores .venv/bin/python -m bench.first_event --pairs 1 #
    half a minute, to try it out

Our side is a fresh `compare`, from the start of its process to its event `run-started`; the run is cancelled then. The
reference is a fresh Python for each framework, one after the other, that imports what an engine needs of it and does
nothing else; the slower one counts. The first pair, which reads the packages from the disk, isn't counted.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

from twintune.engines import MODULES

from bench import ROOT
from bench.experiment import SAMPLE
from bench.options import make_pairs_parser
from bench.pairs import alternate, elapsed, fresh_folder
from bench.results import record


def main() -> None:
    """Measures as many pairs as the command line asks for."""
    options = make_pairs_parser(__doc__, pairs=5).parse_args()
    alternate(1, begin_first_run, import_slower)
    ours, reference = alternate(options.pairs, begin_first_run, import_slower)
    record("first-event", ours, reference, options.results)


def begin_first_run() -> float:
    """Seconds from the start of `compare` to its first run.

    Raises:
        RuntimeError: If `compare` ends without a run.
    """
    environment = {**os.environ, "TWINTUNE_PYTHON": sys.executable}
    with fresh_folder() as folder:
        command = ["node", "dist/main.js", "compare", SAMPLE, "--json", "--out", folder]
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as compare:
            assert compare.stdout is not None
            for line in compare.stdout:
                if json.loads(line)["type"] == "run-started":
                    seconds = time.perf_counter() - start
                    compare.send_signal(signal.SIGINT)
                    compare.communicate()
                    return seconds
    raise RuntimeError("compare has ended without a run")


def import_slower() -> float:
    """Seconds that a fresh Python takes to import a framework, for the slower of the two."""
    return max(map(_seconds_of_import, MODULES.values()))


def _seconds_of_import(modules: tuple[str, ...]) -> float:
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    return elapsed(lambda: subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, check=True))


if __name__ == "__main__":
    main()
