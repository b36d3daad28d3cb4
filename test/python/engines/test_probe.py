"""What the parity ladder sees of a phase is what its training steps do."""

from __future__ import annotations

import numpy as np
import pytest
from step_rig import BOUND, CLASSES, FRAMEWORKS, SGD, images_of, phase_of, tensors_of
from twintune.data.targets import TargetEncoder, one_hot
from twintune.engines import create_engine
from twintune.engines.engine import StepInputs
from twintune.engines.probe import ProbedEngine
from twintune.training.masks import masks_of_step

pytestmark = pytest.mark.usefixtures("frameworks")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_gradients_of_batches_and_a_step_from_them_are_what_a_group_of_batches_does(request_of, framework: str) -> None:
    training = {"gradientAccumulation": 2, "clipGradientNorm": 0.1, "labelSmoothing": 0.1, "classWeights": "balanced"}
    request = request_of(framework, dropout=0.5, **training)
    engine = create_engine(request, CLASSES)
    assert isinstance(engine, ProbedEngine)
    engine.start_phase(phase_of(optimizer=SGD), first_stage=0)
    probe, before = engine.probe(), tensors_of(engine)
    # Weights of 1.1 and more: not one of the sums is a number that float32 has.
    encoder = TargetEncoder(np.array([0] * 6 + [1] * 3 + [2]), CLASSES, request.training)
    labels = [np.array([0, 1, 2, 0]), np.array([1, 1, 0])]
    targets = [encoder.encode(one_hot(each, CLASSES)) for each in labels]
    weight = sum(each.weight for each in targets)
    steps = [
        StepInputs(
            inputs=images_of(index, len(each.labels)),
            targets=each,
            masks=masks_of_step(engine, request, len(each.labels), index),
            learning_rate=0.05,
            divisor=weight if index else None,
        )
        for index, each in enumerate(targets)
    ]

    ours = [probe.gradients(step) for step in steps]
    of_group = {
        name: sum(each.weight * gradients[name] for each, gradients in zip(targets, ours, strict=True)) / weight
        for name in ours[0]
    }
    probe.take_optimizer_step(of_group, 0.05)
    by_hand = tensors_of(engine)
    probe.clear_optimizer()
    engine.load_state(before)
    engine.read_steps([engine.train_step(step) for step in steps])
    trained = tensors_of(engine)

    assert {name for name in trained if not np.array_equal(trained[name], before[name])} == set(of_group)
    for name in of_group:
        moved = np.abs(trained[name] - before[name]).max()
        assert np.abs(by_hand[name] - trained[name]).max() <= BOUND * moved, name
