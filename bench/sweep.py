"""Ten heads on the same images and backbone, against one: a sweep with nothing cached, in both frameworks.

    .venv/bin/python -m bench.sweep # about 3 minutes on two cores .venv/bin/python -m bench.sweep --images 32 --size 64
    --pairs 1 # a minute, to try it out

Each round is one `twintune sweep`, one trial after the other. Its first trial computes the features; the mean of the
others is the cost of a further head. A trial's time is the one that the sweep tells of it, imports apart.
"""

from __future__ import annotations

from pathlib import Path

from bench.experiment import Specification, make_specification
from bench.images import prepare_material
from bench.options import make_parser
from bench.pairs import fresh_folder, say
from bench.results import record
from bench.runs import search

HIDDEN = ((1024,), (), (256,), (512,), (2048,))
LEARNING_RATES = (1e-3, 1e-4)
EPOCHS = 10


def main() -> None:
    """Measures as many sweeps as the command line asks for."""
    options = make_parser(__doc__, pairs=1).parse_args()
    material = prepare_material(options.images)
    specification = make_specification(material, options.size, options.batch, EPOCHS, HIDDEN[0])
    specification["frameworks"] = list(options.frameworks)
    rounds = [measure(specification) for _ in range(options.pairs)]
    first = [heads[0] for heads in rounds]
    record("sweep-10-heads", [sum(heads) for heads in rounds], first, options.results)
    record("further-head", [sum(heads[1:]) / len(heads[1:]) for heads in rounds], first, options.results)


def measure(specification: Specification) -> list[float]:
    """Seconds that each of ten heads took in all frameworks together, the first one's with nothing cached."""
    parameters = {
        "model.head.hidden": {"choice": [list(hidden) for hidden in HIDDEN]},
        "training.phases[0].optimizer.learningRate": {"choice": list(LEARNING_RATES)},
    }
    # The first setting of the grid is the specification as it stands, which every sweep has besides.
    sweep = {"strategy": "grid", "parameters": parameters, "objective": "loss"}
    dataset = {**specification["dataset"], "validationFraction": 0.1}
    with fresh_folder() as cache:
        trials = search({**specification, "dataset": dataset, "sweep": sweep}, Path(cache))
    heads = [seconds for number, seconds in trials.items() if number != 1]
    for number, seconds in enumerate(heads, start=1):
        say(f"head {number}: {seconds:.2f} s")
    return heads


if __name__ == "__main__":
    main()
