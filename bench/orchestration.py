"""The time that the command adds to a run: bridge, events, comparison folder, start and end.

    .venv/bin/python -m bench.orchestration # 7 minutes .venv/bin/python -m bench.orchestration --pairs 1 --seconds 5 #
    half a minute, to try it out

A stand-in takes PyTorch's place and sleeps for the same time in every step, so that nothing but the orchestration can
differ. Our side is `twintune train`, from the start of its process to its end. The reference is a Python that carries
the same request out with the same loop and sends no reports.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from twintune.protocol import RunRequest

from bench import ROOT
from bench.experiment import Specification, run_node, write_specification
from bench.options import make_pairs_parser
from bench.pairs import alternate, elapsed, fresh_folder
from bench.requests import make_raw_request
from bench.results import record
from bench.stand_in import STEP_SECONDS, take_place, write_interpreter

STEP = 0.02
"""The seconds of a step, about those of a small backbone."""
BATCH_SIZE = 8
IMAGES = 2000
"""The number of the sample's images that an epoch trains on or validates with."""


def main() -> None:
    """Measures as many pairs as the command line asks for."""
    parser = make_pairs_parser(__doc__, pairs=3)
    parser.add_argument("--seconds", type=float, default=60, help="about what the steps of a run take in all (60)")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        carry_out(options.alone)
        return
    specification = make_specification(options.seconds)
    ours, reference = alternate(options.pairs, lambda: train(specification), lambda: train_alone(specification))
    record("orchestration", ours, reference, options.results)


def make_specification(seconds: float) -> Specification:
    """A specification of as many epochs on the sample as take about `seconds`."""
    data = ROOT / "examples" / "data"
    epochs = max(1, round(seconds / (IMAGES / BATCH_SIZE * STEP)))
    return {
        "name": "bench",
        "dataset": {
            "source": "parquet",
            "train": str(data / "train.parquet"),
            "test": str(data / "test.parquet"),
            "imageSize": 32,
        },
        "model": {"backbone": "resnet18", "weights": "random"},
        "training": {
            "batchSize": BATCH_SIZE,
            "phases": [{"epochs": epochs, "trainable": "all", "batchNorm": "train", "optimizer": {"name": "adam"}}],
        },
        "seeds": [0],
    }


def train(specification: Specification) -> float:
    """Seconds of `twintune train`, from the start of its process to its end."""
    with fresh_folder() as name:
        folder = Path(name)
        file = write_specification(specification, folder)
        stand_in = {STEP_SECONDS: str(STEP), "TWINTUNE_PYTHON_PYTORCH": str(write_interpreter(folder))}
        arguments = ["dist/main.js", "train", str(file), "--framework", "pytorch", "--out", str(folder / "runs")]
        return elapsed(lambda: run_node(arguments, folder / "cache", **stand_in))


def train_alone(specification: Specification) -> float:
    """Seconds of a Python that carries the same request out, from the start of its process to its end."""
    with fresh_folder() as name:
        request = Path(name, "request.json")
        request.write_bytes(msgspec.json.encode(make_raw_request(specification, "pytorch", Path(name))))
        command = [sys.executable, "-m", "bench.orchestration", "--alone", str(request)]
        environment = {**os.environ, STEP_SECONDS: str(STEP)}
        return elapsed(lambda: subprocess.run(command, cwd=ROOT, env=environment, check=True))


def carry_out(file: Path) -> None:
    """Carries a request out in this process."""
    take_place()
    from twintune.training.loop import run

    request = msgspec.json.decode(file.read_bytes(), type=RunRequest)
    Path(request.run_directory).mkdir()
    run(request, lambda report: None)


if __name__ == "__main__":
    main()
