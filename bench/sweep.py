"""Ten heads on the same images and backbone, against one: both with nothing cached, in both frameworks.

    .venv/bin/python -m bench.sweep # about 6 minutes on two cores .venv/bin/python -m bench.sweep --images 32 --size 64
    --pairs 1 # two minutes, to try it out

Each side runs its specifications one after the other in one process, through the TypeScript API. The time of a side is
the sum of its runs', imports apart.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

from bench.experiment import Specification, make_specification
from bench.images import Material, prepare_material
from bench.options import make_parser
from bench.pairs import alternate, fresh_folder, say
from bench.results import record
from bench.runs import train_all

HEADS = ((1024,), (), (256,), (512,), (2048,))
LEARNING_RATES = (1e-3, 1e-4)
EPOCHS = 10


def main() -> None:
    """Measures as many pairs as the command line asks for."""
    options = make_parser(__doc__, pairs=1).parse_args()
    specifications = make_sweep(prepare_material(options.images), options)
    ten, one = alternate(options.pairs, lambda: run(specifications), lambda: run(specifications[:1]))
    record("sweep-10-heads", ten, one, options.results)


def make_sweep(material: Material, options: argparse.Namespace) -> list[Specification]:
    """Ten specifications that differ in the head's layers and its learning rate."""
    specifications = []
    for learning_rate, hidden in itertools.product(LEARNING_RATES, HEADS):
        specification = make_specification(material, options.size, options.batch, EPOCHS, hidden)
        specification["frameworks"] = list(options.frameworks)
        specification["training"]["phases"][0]["optimizer"]["learningRate"] = learning_rate
        specifications.append(specification)
    return specifications


def run(specifications: Sequence[Specification]) -> float:
    """Seconds that the runs of all specifications took, the first one's with nothing cached."""
    with fresh_folder() as cache:
        seconds = train_all(specifications, Path(cache)).seconds
    say(f"{len(specifications)} heads: {seconds:.2f} s")
    return seconds


if __name__ == "__main__":
    main()
