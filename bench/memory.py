"""How much private memory a run takes over few and over many images.

    .venv/bin/python bench/memory.py                     # 10,000 and 100,000 images, both frameworks
    .venv/bin/python bench/memory.py --images 1000 5000 --frameworks pytorch --features

Small images are generated into a temporary folder, once for all. For each framework and number of images a fresh
process trains one epoch, validates and tests, and a thread of it samples its private memory: what no other process
shares and no file stands behind ("Anonymous" in Linux' smaps_rollup; elsewhere psutil's unique set). Printed is the
largest sample, and by how much the largest number of images exceeds the smallest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))

CLASSES = 10
SIZE = 32
SECONDS_BETWEEN_SAMPLES = 0.05


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--frameworks", nargs="+", default=["tensorflow", "pytorch"])
    parser.add_argument("--features", action="store_true", help="train the head on cached features, not on pixels")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(json.loads(options.run))
        return
    with tempfile.TemporaryDirectory(prefix="twintune-memory-") as folder:
        for framework in options.frameworks:
            peaks = {}
            for count in sorted(options.images):
                images = generate(Path(folder, f"images-{count}"), count)
                peaks[count] = measure(framework, images, Path(folder), options.features)
                print(f"{framework}, {count:,} images: {peaks[count] / 2**20:,.1f} MiB private", flush=True)
            fewest, most = min(peaks), max(peaks)
            print(f"{framework}: {(peaks[most] - peaks[fewest]) / 2**20:+.1f} MiB over {fewest:,} images", flush=True)


def generate(folder: Path, count: int) -> Path:
    """Writes noise into a folder a class, unless it is there."""
    import numpy as np
    from PIL import Image

    if folder.exists():
        return folder
    draw = np.random.default_rng(0)
    for label in range(CLASSES):
        (folder / f"class-{label}").mkdir(parents=True)
    for number in range(count):
        pixels = draw.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"class-{number % CLASSES}" / f"{number:07}.png", compress_level=0)
    return folder


def measure(framework: str, images: Path, folder: Path, features: bool) -> int:
    """Peak of the private memory of a fresh process that trains, in bytes."""
    request = json.dumps(make_request(framework, images, folder, features))
    done = subprocess.run([sys.executable, __file__, "--run", request], stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout.splitlines()[-1])


def make_request(framework: str, images: Path, folder: Path, features: bool) -> dict:
    """A complete request: one epoch of the head of a small frozen backbone."""
    optimizer = {
        "name": "adam",
        "learningRate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "weightDecay": 0,
        "decayNormAndBias": False,
    }
    phase = {
        "epochs": 1,
        "trainable": "head",
        "batchNorm": "inference",
        "backboneLearningRateScale": 1,
        "layerwiseDecay": 1,
        "optimizer": optimizer,
        "schedule": {"name": "constant", "warmupEpochs": 0},
    }
    return {
        "framework": framework,
        "seed": 0,
        "seeds": {"init": 0, "order": 0, "augmentation": 0, "split": None},
        "mode": "aligned",
        "dataset": {
            "source": "imagefolder",
            "train": str(images),
            "validationFraction": 0.1,
            "testFraction": 0.1,
            "imageSize": SIZE + 1,
            "onCorrupt": "fail",
            "cacheDecoded": "auto",
        },
        # Augmented images are no fit for cached features.
        "augmentation": {
            "horizontalFlip": 0 if features else 0.5,
            "verticalFlip": 0,
            "rotation": 0,
            "mixup": 0,
            "cutmix": 0,
        },
        "model": {
            "backbone": "efficientnet_lite0",
            "weights": {"kind": "random"},
            "head": {"hidden": [], "activation": "relu", "dropout": 0},
        },
        "training": {
            "batchSize": 64,
            "gradientAccumulation": 1,
            "labelSmoothing": 0,
            "classWeights": "none",
            "precision": "float32",
            "phases": [phase],
            "checkpoints": {"everyEpochs": 1, "keep": 0},
        },
        "device": "cpu",
        "deterministic": False,
        "profile": False,
        "resume": False,
        "runDirectory": str(folder / f"run-{framework}-{images.name}"),
        # Of its own, so that every run pays for the check of its images.
        "cacheDirectory": str(folder / f"cache-{framework}"),
        "featureCache": False,
        "featureCacheBytes": 1 << 40,
        "torchPython": sys.executable,
    }


def run(request: dict) -> None:
    """Trains in this process, and prints the peak of its private memory in bytes as the last line."""
    from twintune.engines import import_framework

    import_framework(request["framework"])
    import msgspec
    from twintune.protocol import RunRequest
    from twintune.training_loop import run as train

    Path(request["runDirectory"]).mkdir()
    peak = [private_memory()]
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(SECONDS_BETWEEN_SAMPLES):
            peak[0] = max(peak[0], private_memory())

    sampler = threading.Thread(target=sample)
    sampler.start()
    start = time.perf_counter()
    try:
        train(msgspec.convert(request, RunRequest), lambda report: None)
    finally:
        ended.set()
        sampler.join()
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(peak[0])


def private_memory() -> int:
    """Bytes of this process that no file stands behind."""
    if os.path.exists("/proc/self/smaps_rollup"):
        rollup = Path("/proc/self/smaps_rollup").read_text()
        line = next(line for line in rollup.splitlines() if line.startswith("Anonymous:"))
        return int(line.split()[1]) * 1024
    import psutil

    return psutil.Process().memory_full_info().uss


if __name__ == "__main__":
    main()
