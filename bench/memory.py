"""The private memory of a run over many images, beside that of a run over few.

    .venv/bin/python -m bench.memory # half an hour on two cores .venv/bin/python -m bench.memory --images 100 400
    --frameworks pytorch # half a minute, to try it out .venv/bin/python -m bench.memory --features # the head on
    features, not on pixels

For each framework and number of small images a fresh process trains two epochs, so that decoded images are kept in
between, validates and tests. A thread in it samples the process's private memory, which no other process shares and no
file backs ("Anonymous" in Linux' smaps_rollup; elsewhere psutil's unique set). The figure is the largest sample, of the
framework whose memory grows more.
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.experiment import FRAMEWORKS, Framework, Specification
from bench.pairs import fresh_folder, in_fresh_process, say
from bench.requests import make_raw_request
from bench.results import add_results_option, record

CLASSES = 10
SIZE = 32
SECONDS_BETWEEN_SAMPLES = 0.05


def main() -> None:
    """Measures the frameworks and numbers of images that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--images",
        type=int,
        nargs=2,
        default=[10_000, 100_000],
        metavar=("FEW", "MANY"),
        help="(10,000 and 100,000)",
    )
    parser.add_argument("--frameworks", nargs="+", choices=FRAMEWORKS, default=FRAMEWORKS, help="both, if not given")
    parser.add_argument("--features", action="store_true", help="train the head on cached features, not on pixels")
    add_results_option(parser)
    options = parser.parse_args()
    peaks = [measure(framework, options.images, options.features) for framework in options.frameworks]
    few, many = max(peaks, key=lambda peak: peak[1] - peak[0])
    record("loader-memory", [many], [few], options.results)


def measure(framework: Framework, counts: list[int], features: bool) -> list[float]:
    """Measures the peak of the private memory in MB for each number of images."""
    peaks = []
    for count in counts:
        with fresh_folder() as name:
            folder = Path(name)
            generate(folder / "images", count)
            specification = make_specification(folder / "images", features)
            peaks.append(in_fresh_process(train, make_raw_request(specification, framework, folder)) / 1e6)
            say(f"{framework}, {count:,} images: {peaks[-1]:,.1f} MB private")
    return peaks


def generate(folder: Path, count: int) -> None:
    """Writes images of noise into one folder for each class."""
    draw = np.random.default_rng(0)
    for label in range(CLASSES):
        (folder / f"class-{label}").mkdir(parents=True)
    for number in range(count):
        pixels = draw.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"class-{number % CLASSES}" / f"{number:07}.png", compress_level=0)


def make_specification(images: Path, features: bool) -> Specification:
    """A specification of two epochs of the head of a small frozen backbone."""
    return {
        "name": "bench",
        "dataset": {
            "source": "imagefolder",
            "train": str(images),
            "validationFraction": 0.1,
            "testFraction": 0.1,
            "imageSize": SIZE + 1,
        },
        # Features can't be cached of images that are flipped at random.
        "augmentation": {"horizontalFlip": 0 if features else 0.5},
        "model": {"backbone": "efficientnet_lite0", "weights": "random", "head": {"hidden": []}},
        "training": {"batchSize": 64, "phases": [{"epochs": 2, "trainable": "head", "optimizer": {"name": "adam"}}]},
        "device": "cpu",
        "seeds": [0],
    }


def train(raw_request: dict[str, Any]) -> int:
    """Trains in this process; returns the peak of its private memory in bytes."""
    import msgspec
    from twintune.engines import import_framework
    from twintune.protocol import RunRequest
    from twintune.training.loop import run

    request = msgspec.convert(raw_request, RunRequest)
    import_framework(request.framework)
    Path(request.run_directory).mkdir()
    peak = [private_memory()]
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(SECONDS_BETWEEN_SAMPLES):
            peak[0] = max(peak[0], private_memory())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        run(request, lambda report: None)
    finally:
        ended.set()
        sampler.join()
    return peak[0]


def private_memory() -> int:
    """The private memory of this process in bytes."""
    if os.path.exists("/proc/self/smaps_rollup"):
        rollup = Path("/proc/self/smaps_rollup").read_text()
        line = next(line for line in rollup.splitlines() if line.startswith("Anonymous:"))
        return int(line.split()[1]) * 1024
    import psutil

    return psutil.Process().memory_full_info().uss


if __name__ == "__main__":
    main()
