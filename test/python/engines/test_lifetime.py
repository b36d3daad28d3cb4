"""What an engine leaves behind in a worker that stays warm for the next run."""

from __future__ import annotations

import gc

import pytest
from step_rig import FRAMEWORKS, SGD, phase_of, take_steps

pytestmark = pytest.mark.usefixtures("frameworks")

# A traced graph that somebody holds on to keeps tens of thousands of objects alive, and all the model's memory.
FEW = 500


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_run_that_has_ended_leaves_nothing_to_the_next(make_request, framework: str) -> None:
    model = {
        # Its SiLU is a custom gradient in TensorFlow.
        "backbone": "efficientnet_b0",
        "weights": {"kind": "random"},
        "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
    }
    request = make_request(framework, model=model, training={"precision": "float64"})
    phase = phase_of(trainable={"lastStages": 1}, batchNorm="inference", optimizer=SGD)

    def objects_after_a_run() -> int:
        take_steps(request, [phase], (4,))
        gc.collect()
        return len(gc.get_objects())

    # The first run makes what all have in common, such as caches.
    objects_after_a_run()
    assert objects_after_a_run() - objects_after_a_run() == pytest.approx(0, abs=FEW)
