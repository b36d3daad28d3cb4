"""The cost of one more of a thing: a seed, a framework, an image. Seconds by the clock and of the processors.

    .venv/bin/python -m bench.units # about 5 minutes on two cores .venv/bin/python -m bench.units --images 32 --size 64
    --pairs 1 # two minutes, to try it out

The comparisons are those of `bench.frozen`, each in processes of its own; `bench.sweep` measures a further head. The
cost of a further seed is a slope: what eleven of them cost more than one, each time on the same cached features, by
ten. The framework and the image are measured with nothing cached. A time by the clock is the sum of the runs' times,
imports apart; those of the processors are of Node and of both Pythons, with all evidence that is gathered after the
runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.experiment import Specification, make_specification
from bench.images import prepare_material
from bench.options import make_parser
from bench.pairs import fresh_folder, say
from bench.results import record
from bench.runs import Cost, train_all

FURTHER = 10
"""The further seeds by which the slope is measured."""
EPOCHS, HIDDEN = 10, (1024,)


def main() -> None:
    """Measures every unit as often as the command line asks for, and records its figures."""
    options = make_parser(__doc__, pairs=1).parse_args()
    rounds = [measure(options) for _ in range(options.pairs)]
    for unit in rounds[0]:
        scale = 1000 if unit == "image" else 1
        for suffix, field in (("", "seconds"), ("-cpu", "cpu_seconds")):
            ours, reference = ([scale * getattr(measured[unit][side], field) for measured in rounds] for side in (0, 1))
            record(f"further-{unit}{suffix}", ours, reference, options.results)


def measure(options: argparse.Namespace) -> dict[str, tuple[Cost, Cost]]:
    """Measures each unit once: the cost of a further one, and that of the first one."""
    few, first = (make_experiment(images, options) for images in (options.images // 2, options.images))
    with fresh_folder() as cache:
        cold = train("one head, nothing cached", [first], Path(cache))
        warm = train("one head, features cached", [first], Path(cache))
        seeds = [{**first, "seeds": list(range(1 + FURTHER))}]
        of_seeds = train("eleven seeds, features cached", seeds, Path(cache))
    units = {"seed": (per_unit(of_seeds, warm, FURTHER), cold)}
    if len(options.frameworks) > 1:
        with fresh_folder() as cache:
            alone = train("PyTorch alone, nothing cached", [{**first, "frameworks": ["pytorch"]}], Path(cache))
        units["framework"] = per_unit(cold, alone, 1), alone
    with fresh_folder() as cache:
        half = train("half of the images, nothing cached", [few], Path(cache))
    images = options.images // 2
    units["image"] = per_unit(cold, half, options.images - images), per_unit(half, Cost(0, 0), images)
    return units


def make_experiment(images: int, options: argparse.Namespace) -> Specification:
    """The specification of one comparison of the frameworks."""
    specification = make_specification(prepare_material(images), options.size, options.batch, EPOCHS, HIDDEN)
    return {**specification, "frameworks": list(options.frameworks)}


def train(name: str, specifications: Sequence[Specification], cache: Path) -> Cost:
    """The cost of comparisons, which is printed under a name."""
    cost = train_all(specifications, cache)
    say(f"{name}: {cost.seconds:.2f} s by the clock, {cost.cpu_seconds:.2f} s of the processors")
    return cost


def per_unit(many: Cost, few: Cost, units: int) -> Cost:
    """The cost of each of the units by which two measurements differ."""
    return Cost(*((more - less) / units for more, less in zip(many, few, strict=True)))


if __name__ == "__main__":
    main()
