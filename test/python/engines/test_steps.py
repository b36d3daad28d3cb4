"""Training steps of both engines, against each other and against what they should do, in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import ADAM
from step_rig import Outcome, phase_of, take_steps
from twintune.protocol import Phase, RunRequest
from twintune.schedules import learning_rates

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]
# Rounding through a few steps of all layers, in float64; a difference of meaning shows at 1e-5 and more.
BOUND = 1e-10
SGD = {
    "name": "sgd",
    "learningRate": 0.05,
    "momentum": 0.9,
    "nesterov": False,
    "weightDecay": 0.01,
    "decayNormAndBias": False,
}
LAST_STAGE = phase_of(trainable={"lastStages": 1}, optimizer=SGD)
ALL = phase_of(trainable="all", optimizer=SGD)
FOUR_BATCHES = (4, 4, 3, 2)


@pytest.fixture
def request_of(make_request) -> Callable[..., RunRequest]:
    """A float64 request whose training has the fields given."""

    def make(framework: str, dropout: float = 0.0, **training) -> RunRequest:
        head = {"hidden": [8], "activation": "relu", "dropout": dropout}
        model = {"backbone": "resnet18", "weights": {"kind": "random"}, "head": head}
        return make_request(framework, model=model, training={"precision": "float64", **training})

    return make


def moved(outcome: Outcome) -> set[str]:
    return {name for name, before in outcome.before.items() if not np.array_equal(before, outcome.after[name])}


def assert_equal(ours: Outcome, theirs: Outcome) -> None:
    """Losses, logits and every tensor agree, and what one side left alone the other did too, bit for bit."""
    assert ours.losses == pytest.approx(theirs.losses, rel=BOUND)
    assert np.abs(ours.validated - theirs.validated).max() < BOUND
    assert moved(ours) == moved(theirs)
    for name, theirs_after in theirs.after.items():
        change = np.abs(theirs_after - theirs.before[name]).max()
        assert np.abs(ours.after[name] - theirs_after).max() <= BOUND * max(1.0, change), name


@pytest.mark.parametrize(
    ("options", "phase"),
    [
        ({"clipGradientNorm": 0.5}, LAST_STAGE),
        ({"gradientAccumulation": 3}, LAST_STAGE),
        ({"labelSmoothing": 0.1, "classWeights": "balanced"}, LAST_STAGE),
        ({"ema": {"decay": 0.7}}, LAST_STAGE),
        ({"dropout": 0.4}, LAST_STAGE),
        (
            {"clipGradientNorm": 1.0, "gradientAccumulation": 2, "labelSmoothing": 0.1, "ema": {"decay": 0.7}},
            phase_of(
                trainable="all",
                batchNorm="train",
                backboneLearningRateScale=0.5,
                layerwiseDecay=0.7,
                optimizer={**ADAM, "name": "adamw", "weightDecay": 0.1},
            ),
        ),
    ],
    ids=["clipping", "accumulation", "smoothing and class weights", "ema", "dropout", "all together"],
)
def test_both_engines_step_alike(request_of, options: dict, phase: Phase) -> None:
    ours, theirs = (take_steps(request_of(framework, **options), [phase], FOUR_BATCHES) for framework in FRAMEWORKS)
    assert_equal(ours, theirs)


@pytest.mark.parametrize(
    "schedule",
    [
        {"name": "cosine", "warmupEpochs": 0.5, "finalLearningRate": 1e-4},
        {"name": "oneCycle", "riseFraction": 0.25, "startDivisor": 25, "finalDivisor": 1e5},
    ],
    ids=["cosine with warm-up", "one cycle"],
)
def test_both_engines_follow_a_schedule_alike(request_of, schedule: dict) -> None:
    phase = phase_of(trainable="head", optimizer=SGD, schedule=schedule)
    rates = learning_rates(phase, len(FOUR_BATCHES))
    ours, theirs = (take_steps(request_of(framework), [phase], FOUR_BATCHES, rates) for framework in FRAMEWORKS)
    assert_equal(ours, theirs)
