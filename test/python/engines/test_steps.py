"""Training steps of both engines, against each other and against what they should do, in float64."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ADAM, MOSTLY_PYTORCH
from step_rig import CLASSES, FRAMEWORKS, SGD, STAGES, assert_equal, phase_of, take_steps, tensors_of
from twintune.data.targets import Targets
from twintune.engines import create_engine
from twintune.engines.engine import StepInputs
from twintune.protocol import Phase
from twintune.seeding import generator
from twintune.training.schedules import learning_rates

pytestmark = pytest.mark.usefixtures("frameworks")

LAST_STAGE = phase_of(trainable={"lastStages": 1}, optimizer=SGD)
FOUR_BATCHES = (4, 4, 3, 2)
COSINE = {"name": "cosine", "warmupEpochs": 0.5, "finalLearningRate": 1e-4}
ONE_CYCLE = {"name": "oneCycle", "riseFraction": 0.25, "startDivisor": 25, "finalDivisor": 1e5}


# Holds the options training.phases[].backboneLearningRateScale, training.phases[].layerwiseDecay,
# training.labelSmoothing, training.classWeights, model.head.dropout
@pytest.mark.parametrize(
    ("options", "phase"),
    [
        # All together are in every test run.
        pytest.param({"clipGradientNorm": 0.5}, LAST_STAGE, marks=pytest.mark.slow),
        pytest.param({"gradientAccumulation": 3}, LAST_STAGE, marks=pytest.mark.slow),
        pytest.param({"labelSmoothing": 0.1, "classWeights": "balanced"}, LAST_STAGE, marks=pytest.mark.slow),
        pytest.param({"ema": {"decay": 0.7}}, LAST_STAGE, marks=pytest.mark.slow),
        pytest.param({"dropout": 0.4}, LAST_STAGE, marks=pytest.mark.slow),
        (
            {
                "clipGradientNorm": 1.0,
                "gradientAccumulation": 2,
                "labelSmoothing": 0.1,
                "classWeights": "balanced",
                "ema": {"decay": 0.7},
                "dropout": 0.4,
            },
            phase_of(
                trainable="all",
                batchNorm="train",
                backboneLearningRateScale=0.5,
                layerwiseDecay=0.7,
                optimizer={**ADAM, "name": "adamw", "weightDecay": 0.1},
                schedule=COSINE,
            ),
        ),
    ],
    ids=["clipping", "accumulation", "smoothing and class weights", "ema", "dropout", "all together"],
)
def test_both_engines_step_alike(request_of, options: dict, phase: Phase) -> None:
    rates = learning_rates(phase, len(FOUR_BATCHES))
    ours, theirs = (
        take_steps(request_of(framework, **options), [phase], FOUR_BATCHES, rates) for framework in FRAMEWORKS
    )
    assert_equal(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("schedule", [COSINE, ONE_CYCLE], ids=["cosine with warm-up", "one cycle"])
def test_both_engines_follow_a_schedule_alike(request_of, schedule: dict) -> None:
    phase = phase_of(trainable="head", optimizer=SGD, schedule=schedule)
    rates = learning_rates(phase, len(FOUR_BATCHES))
    ours, theirs = (take_steps(request_of(framework), [phase], FOUR_BATCHES, rates) for framework in FRAMEWORKS)
    assert_equal(ours, theirs)


# Holds the option training.ema.decay
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_average_is_what_is_validated_and_what_a_phase_ends_with(request_of, framework: str) -> None:
    engine = create_engine(request_of(framework, ema={"decay": 0.6}), CLASSES)
    engine.start_phase(phase_of(optimizer=SGD), first_stage=STAGES)
    average = engine.head_tensors()["head.0.weight"].copy()
    for step in range(3):
        engine.train_step(features_of(step))
        average = 0.6 * average + 0.4 * engine.head_tensors()["head.0.weight"]
    live = tensors_of(engine)
    with engine.averaged_weights():
        assert engine.head_tensors()["head.0.weight"] == pytest.approx(average, rel=1e-12)
    # The averaged weights have gone back to the live ones, bit for bit.
    assert all(np.array_equal(tensor, live[name]) for name, tensor in tensors_of(engine).items())
    engine.adopt_average()
    assert engine.head_tensors()["head.0.weight"] == pytest.approx(average, rel=1e-12)
    assert not np.array_equal(live["head.0.weight"], engine.head_tensors()["head.0.weight"])


# Holds the option training.clipGradientNorm
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_gradients_are_scaled_down_to_the_norm_and_never_up(request_of, framework: str) -> None:
    plain = {**SGD, "momentum": 0.0, "weightDecay": 0.0}
    changes = {}
    for norm in (None, 1e6, 0.01):
        options = {} if norm is None else {"clipGradientNorm": norm}
        engine = create_engine(request_of(framework, **options), CLASSES)
        engine.start_phase(phase_of(optimizer=plain), first_stage=STAGES)
        before = tensors_of(engine)
        engine.train_step(features_of(0, learning_rate=1.0))
        after = tensors_of(engine)
        changes[norm] = np.concatenate([(after[name] - before[name]).ravel() for name in after])
    assert np.array_equal(changes[None], changes[1e6])
    # PyTorch adds 1e-6 to the norm that it divides by, which is about 1 here.
    assert np.linalg.norm(changes[0.01]) == pytest.approx(0.01, rel=1e-4)


def features_of(step: int, learning_rate: float = 0.05) -> StepInputs:
    """A batch of features that is a group by itself."""
    labels = np.array([0, 1, 2, 1])
    return StepInputs(
        inputs=generator(5, "features", step).normal(size=(4, 512)),
        targets=Targets(labels, np.eye(CLASSES)[labels], 4.0),
        masks=(),
        learning_rate=learning_rate,
        divisor=4.0,
    )
