"""An engine leaves no memory behind in a worker that stays warm for the next run."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from conftest import BACKBONE, MOSTLY_PYTORCH
from step_rig import SGD, phase_of, take_steps
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

# A traced graph that somebody holds on to keeps tens of thousands of objects alive, and all the model's memory.
FEW = 500
MODEL = {
    "backbone": BACKBONE,
    "weights": {"kind": "random"},
    # SiLU is a custom gradient in TensorFlow.
    "head": {"hidden": [8], "activation": "silu", "dropout": 0.0},
}


def assert_leaves_nothing(carry_out: Callable[[], object]) -> None:
    """The second and the third of three equal runs leave as many objects."""

    def objects_after_a_run() -> int:
        carry_out()
        gc.collect()
        return len(gc.get_objects())

    # The first run makes what all have in common, such as caches.
    objects_after_a_run()
    assert objects_after_a_run() - objects_after_a_run() == pytest.approx(0, abs=FEW)


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_run_that_has_ended_leaves_nothing_to_the_next(make_request, framework: str) -> None:
    request = make_request(framework, model=MODEL, training={"precision": "float64"})
    phase = phase_of(trainable={"lastStages": 1}, batchNorm="inference", optimizer=SGD)
    assert_leaves_nothing(lambda: take_steps(request, [phase], (4,)))


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_backbone_that_is_kept_holds_on_to_no_run(make_request, framework: str) -> None:
    # Images that are flipped at random pass through the backbone in each step.
    request = make_request(framework, model=MODEL, augmentation={"horizontalFlip": 0.5})
    assert_leaves_nothing(lambda: run(request, lambda report: None))
