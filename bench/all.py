"""Runs every benchmark, one after the other, into bench/results.json and the table of bench/README.md.

    make bench # about an hour and a half on two cores make bench ARGS=--quick # minutes, to see that all of them work;
    the figures mean nothing and are not kept

Leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from bench import ROOT
from bench.pairs import fresh_folder, say
from bench.results import RESULTS, read_results
from bench.table import format_results, write_table

_FEW_IMAGES = ["--images", "16", "--size", "64", "--batch", "4"]

BENCHMARKS: dict[str, list[str]] = {
    "frozen": [*_FEW_IMAGES, "--pairs", "1"],
    "features": [*_FEW_IMAGES, "--pairs", "1"],
    "full_step": [*_FEW_IMAGES, "--pairs", "2"],
    "sweep": [*_FEW_IMAGES, "--pairs", "1", "--frameworks", "pytorch"],
    "units": [*_FEW_IMAGES, "--images", "32", "--pairs", "1", "--frameworks", "pytorch"],
    "orchestration": ["--seconds", "5", "--pairs", "1"],
    "first_event": ["--pairs", "1"],
    "validate_cold": ["--pairs", "2"],
    "memory": ["--images", "100", "400", "--frameworks", "pytorch"],
}
"""The modules of this package that record figures, each with the arguments of `--quick`."""


def main() -> int:
    """Runs the benchmarks that the command line asks for, each even if an earlier one failed.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="try all of them on next to nothing")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), help="some of them")
    options = parser.parse_args()
    if not options.quick:
        failed = run(options.only, RESULTS)
        if results := read_results(RESULTS):
            write_table(results)
    else:
        with fresh_folder() as folder:
            file = Path(folder, "results.json")
            failed = run(options.only, file, quick=True)
            if results := read_results(file):
                say(format_results(results))
    for name in failed:
        say(f"bench.{name} failed")
    return 1 if failed else 0


def run(names: list[str], file: Path, quick: bool = False) -> list[str]:
    """Runs benchmarks one after the other.

    Args:
        names: Keys of `BENCHMARKS`.
        file: The file in which they record their figures.
        quick: Whether the benchmarks only show that they work.

    Returns:
        The names of the benchmarks that failed.
    """
    failed = []
    for name in names:
        say(f"── bench.{name}")
        arguments = ["-m", f"bench.{name}", "--results", str(file), *(BENCHMARKS[name] if quick else [])]
        if subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode:
            failed.append(name)
    return failed


if __name__ == "__main__":
    sys.exit(main())
