"""The time of `validate` on a YAML file, beside Node's own start.

    .venv/bin/python -m bench.validate_cold # 10 seconds .venv/bin/python -m bench.validate_cold --pairs 2 # to try it
    out

Each measurement is a fresh process. The first pair, which reads the files from the disk, isn't counted.
"""

from __future__ import annotations

from pathlib import Path

from bench.experiment import SAMPLE, run_node
from bench.options import make_pairs_parser
from bench.pairs import alternate, elapsed, fresh_folder
from bench.results import record


def main() -> None:
    """Measures as many pairs as the command line asks for."""
    options = make_pairs_parser(__doc__, pairs=20).parse_args()
    alternate(1, validate, start_node)
    ours, reference = alternate(options.pairs, validate, start_node)
    record("validate-cold", ours, reference, options.results)


def validate() -> float:
    """Seconds of `twintune validate`."""
    return _seconds_of_node("dist/main.js", "validate", "--no-data", SAMPLE)


def start_node() -> float:
    """Seconds of a Node that does nothing."""
    return _seconds_of_node("-e", "0")


def _seconds_of_node(*arguments: str) -> float:
    with fresh_folder() as cache:
        return elapsed(lambda: run_node(arguments, Path(cache)))


if __name__ == "__main__":
    main()
