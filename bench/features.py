"""Feature extraction in a real run, from JPEG files, against the forward pass alone at its fastest.

    .venv/bin/python -m bench.features # about 6 minutes on two cores .venv/bin/python -m bench.features --images 32
    --size 64 --pairs 1 # half a minute, to try it out

Our side is all that a run's extraction costs: preparing the pass, decoding, resizing, computing. The reference is the
forward pass alone, as fast as the framework's own options make it (bench/forward_limit), over pixels in memory and with
all preparation done before. The reference isn't a limit where twintune folds BatchNorm better than the framework does.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from bench.experiment import Framework, make_specification
from bench.images import Material, prepare_material
from bench.options import make_parser
from bench.pairs import alternate, fresh_folder, in_fresh_process, say
from bench.results import record
from bench.runs import train


def main() -> None:
    """Measures the frameworks that the command line asks for."""
    options = make_parser(__doc__, pairs=2).parse_args()
    material = prepare_material(options.images)
    for framework in options.frameworks:
        measure(framework, material, options)


def measure(framework: Framework, material: Material, options: argparse.Namespace) -> None:
    """Takes the pairs of one framework and records its figure."""
    ours, limit = alternate(
        options.pairs,
        lambda: extract(framework, material, options),
        lambda: run_limit(framework, options),
    )
    record(f"features-against-forward-{framework}", ours, limit, options.results)


def extract(framework: Framework, material: Material, options: argparse.Namespace) -> float:
    """Images a second of a run's feature extraction, with nothing cached."""
    with fresh_folder() as cache:
        times = train(make_specification(material, options.size, options.batch), framework, Path(cache))
    if times.features_per_second is None:
        raise RuntimeError(f"The run of {framework} has extracted no features.")
    say(f"{framework}, twintune's extraction: {times.features_per_second:.2f} images/s")
    return times.features_per_second


def run_limit(framework: Framework, options: argparse.Namespace) -> float:
    """Images a second of the forward pass alone, over as many images."""
    batches = max(1, options.images // options.batch)
    speed = in_fresh_process(_run_limit, framework, options.size, options.batch, batches)
    say(f"{framework}, forward pass alone: {speed:.2f} images/s")
    return speed


def _run_limit(framework: Framework, *arguments: int) -> float:
    return importlib.import_module(f"bench.forward_limit.{framework}").images_per_second(*arguments)


if __name__ == "__main__":
    main()
