"""A training step of a whole ResNet-50: the engine's against one written by hand, in one process.

    .venv/bin/python -m bench.full_step # about 9 minutes on two cores .venv/bin/python -m bench.full_step --images 32
    --batch 4 --size 64 --pairs 2 # half a minute, to try it out

Both steps train on one batch in memory. The engine takes the batch from NumPy in each step, as in a run; the
hand-written step has it in its own memory order already. The hand-written step is eager and channels first in PyTorch,
and one of Keras' `fit` in TensorFlow.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.experiment import Framework, make_specification
from bench.images import CLASSES, Material, prepare_material
from bench.options import make_parser
from bench.pairs import alternate, elapsed, fresh_folder, in_fresh_process
from bench.requests import make_request
from bench.results import record

STEPS = 2
"""The number of steps in a measurement: several, so that the work of `fit` once an epoch counts for less."""
WARM_UP = 1
"""The number of pairs that trace, choose kernels and allocate memory, and aren't counted."""


def main() -> None:
    """Measures the frameworks that the command line asks for."""
    options = make_parser(__doc__, pairs=10).parse_args()
    material = prepare_material(options.images)
    for framework in options.frameworks:
        ours, by_hand = in_fresh_process(measure, framework, material, options)
        record(f"full-step-{framework}", ours, by_hand, options.results)


def measure(framework: Framework, material: Material, options: argparse.Namespace) -> tuple[list[float], list[float]]:
    """Milliseconds a step of both sides, pair by pair."""
    from twintune.engines import import_framework

    import_framework(framework)
    draw = np.random.default_rng(0)
    images = draw.standard_normal((options.batch, options.size, options.size, 3)).astype(np.float32)
    labels = draw.integers(0, CLASSES, options.batch)
    ours = build_steps(framework, material, images, labels)
    by_hand = importlib.import_module(f"bench.steps.{framework}").build_steps(images, labels, CLASSES, STEPS)
    alternate(WARM_UP, ours, by_hand)
    return alternate(options.pairs, lambda: _milliseconds(ours), lambda: _milliseconds(by_hand))


def build_steps(framework: Framework, material: Material, images: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    """Makes a function that takes `STEPS` of the engine's training steps on one batch, and waits for their end.

    Args:
        framework: The engine's framework.
        material: The material, which gives the weights.
        images: Pixels in float32, of shape [images, size, size, 3].
        labels: Class indices in int64, of shape [images].
    """
    from twintune.data.targets import TargetEncoder, one_hot
    from twintune.engines import create_engine
    from twintune.engines.engine import StepInputs

    with fresh_folder() as folder:
        specification = make_specification(material, images.shape[1], len(images), trainable="all")
        request = make_request(specification, framework, Path(folder))
        engine = create_engine(request, CLASSES)
    (phase,) = request.training.phases
    engine.start_phase(phase, first_stage=0)
    targets = TargetEncoder(labels, CLASSES, request.training).encode(one_hot(labels, CLASSES))
    step = StepInputs(
        inputs=images,
        targets=targets,
        masks=(),
        learning_rate=phase.optimizer.learning_rate,
        divisor=targets.weight,
    )

    def take_steps() -> None:
        engine.read_steps([engine.train_step(step) for _ in range(STEPS)])
        engine.device.synchronize()

    return take_steps


def _milliseconds(take_steps: Callable[[], object]) -> float:
    return 1000 * elapsed(take_steps) / STEPS


if __name__ == "__main__":
    main()
