"""A frozen ResNet-50 and a new head: twintune against the document's two listings.

    .venv/bin/python -m bench.frozen # about 40 minutes on two cores .venv/bin/python -m bench.frozen --images 32 --size
    64 --pairs 1 # half a minute, to try it out

A listing runs for ten epochs, and its times after the first and the third are kept on the way. twintune runs for one,
three and ten epochs, each time with nothing cached, and then with another head on the cache that the last run left.
Imports apart, both times include everything: reading the images, building the model and training. twintune's includes a
test, too, which the listings don't have.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import NamedTuple

from bench.experiment import Framework, make_specification
from bench.images import Material, prepare_material
from bench.options import make_parser
from bench.pairs import alternate, fresh_folder, in_fresh_process, say
from bench.results import record
from bench.runs import train

EPOCHS = (1, 3, 10)
OTHER_HEAD = (512,)


class OursSeconds(NamedTuple):
    """The seconds of twintune's runs."""

    cold: dict[int, float]
    """The seconds of a run with nothing cached, by its number of epochs."""
    second_spec: float
    """The seconds of ten epochs of another head, with the features cached."""


def main() -> None:
    """Measures the frameworks that the command line asks for."""
    options = make_parser(__doc__, pairs=2).parse_args()
    material = prepare_material(options.images)
    for framework in options.frameworks:
        measure(framework, material, options)


def measure(framework: Framework, material: Material, options: argparse.Namespace) -> None:
    """Takes the pairs of one framework and records its figures."""
    ours, listing = alternate(
        options.pairs,
        lambda: run_ours(framework, material, options),
        lambda: run_listing(framework, material, options),
    )
    for epochs in EPOCHS:
        figure = f"frozen-{epochs}-epoch{'s' if epochs > 1 else ''}-{framework}"
        record(figure, [run.cold[epochs] for run in ours], [seconds[epochs] for seconds in listing], options.results)
    record(
        f"second-spec-{framework}",
        [run.second_spec for run in ours],
        [seconds[EPOCHS[-1]] for seconds in listing],
        options.results,
    )


def run_ours(framework: Framework, material: Material, options: argparse.Namespace) -> OursSeconds:
    """Measures the four runs of the command."""
    cold = {}
    for epochs in EPOCHS:
        with fresh_folder() as name:
            cache = Path(name)
            specification = make_specification(material, options.size, options.batch, epochs)
            cold[epochs] = train(specification, framework, cache).seconds
            say(f"{framework}, twintune, {epochs} epochs, cold: {cold[epochs]:.2f} s")
            if epochs != EPOCHS[-1]:
                continue
            other = make_specification(material, options.size, options.batch, epochs, hidden=OTHER_HEAD)
            second_spec = train(other, framework, cache).seconds
            say(f"{framework}, twintune, {epochs} epochs of another head: {second_spec:.2f} s")
    return OursSeconds(cold, second_spec)


def run_listing(framework: Framework, material: Material, options: argparse.Namespace) -> dict[int, float]:
    """The listing's seconds after one, three and ten epochs."""
    ends = in_fresh_process(_run_listing, framework, material, options.size, options.batch, EPOCHS[-1])
    seconds = {epochs: ends[epochs - 1] for epochs in EPOCHS}
    say(f"{framework}, listing: " + ", ".join(f"{epochs} epochs {taken:.2f} s" for epochs, taken in seconds.items()))
    return seconds


def _run_listing(framework: Framework, *arguments: object) -> list[float]:
    return importlib.import_module(f"bench.listings.{framework}").run(*arguments)


if __name__ == "__main__":
    main()
