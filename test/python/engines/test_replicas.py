"""Replicas that share each batch train as one device does, in float64."""

from __future__ import annotations

import multiprocessing
import os
import signal

import numpy as np
import pytest
from conftest import PHASE, RESNET
from step_rig import BOUND, CLASSES, FRAMEWORKS, SGD, STAGES, assert_equal, images_of, phase_of, take_steps
from twintune.data.targets import Targets
from twintune.engines import create_engine, sharing
from twintune.engines.engine import StepInputs
from twintune.engines.sharing import ALONE, describe_replicas, share_bounds
from twintune.errors import TwintuneError
from twintune.protocol import Phase, RunResult
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

LOCAL = {"devices": 2, "batchNorm": "local"}
SYNCHRONIZED = {"devices": 2, "batchNorm": "synchronized"}
# No batch but a few can be shared evenly, and the last one is short.
TEN_BATCHES = (5, 4, 5, 4, 5, 4, 5, 4, 5, 3)
LAST_STAGE = phase_of(trainable={"lastStages": 1}, optimizer=SGD)
HEAD = {**PHASE, "optimizer": SGD}
TAIL = {**HEAD, "trainable": "all", "batchNorm": "train"}
EVERYTHING = phase_of(trainable="all", batchNorm="train", optimizer=SGD)


def test_a_batch_is_split_as_evenly_as_it_can_be() -> None:
    assert share_bounds(7, 3) == [0, 3, 5, 7]
    assert share_bounds(2, 2) == [0, 1, 2]


def test_the_line_tells_of_layers_that_took_other_moments_than_the_rest() -> None:
    both = describe_replicas({2}, {"synchronized", "local"}, ["a", "a"])
    assert "batch norm local to each replica and batch norm synchronized" in both
    assert "no batch norm in training mode" in describe_replicas({2}, set(), ["a", "a"])


def test_replicas_whose_parameters_are_not_the_same_fail_the_run() -> None:
    assert describe_replicas({2}, {"local"}, ["a", "a"]) == (
        "2 replicas in every step, batch norm local to each replica, equal parameters on all"
    )
    with pytest.raises(TwintuneError, match="have trained apart") as caught:
        describe_replicas({2}, {"local"}, ["a", "b"])
    assert caught.value.code == "REPLICA_FAILED"


def test_a_layer_tells_whose_moments_it_took_last() -> None:
    import torch
    from twintune.engines.pytorch import batch_norm
    from twintune.engines.pytorch.mends import BatchNorm2d

    layer = BatchNorm2d(2)
    images = torch.arange(24.0).reshape(3, 2, 2, 2)
    batch_norm.set_batch_norm_mode([layer], "inference")
    layer(images)
    assert batch_norm.moments_taken([layer]) == set()
    batch_norm.set_batch_norm_mode([layer], "train")
    with batch_norm.synchronizing([layer], lambda values: values):
        layer(images)
    assert batch_norm.moments_taken([layer]) == {"synchronized"}
    layer(images)
    assert batch_norm.moments_taken([layer]) == {"local"}
    batch_norm.forget_moments([layer])
    assert batch_norm.moments_taken([layer]) == set()


def test_logical_devices_of_tensorflow_are_told_as_the_one_cpu_that_they_are() -> None:
    import tensorflow as tf
    from twintune.engines.tensorflow.device import describe_placement

    variables = []
    for device in ("/CPU:0", "/CPU:1"):
        with tf.device(device):
            variables.append(tf.Variable(tf.zeros([])))
    assert len({variable.device for variable in variables}) == 2
    assert describe_placement(variables) == "cpu"


# Holds the options training.dataParallel.devices, training.dataParallel.batchNorm
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(
    ("options", "phase"),
    [
        ({"dataParallel": SYNCHRONIZED}, EVERYTHING),
        # Frozen statistics are the same on all devices, so nothing is left to synchronize.
        (
            {"dataParallel": LOCAL, "gradientAccumulation": 3, "clipGradientNorm": 0.5, "ema": {"decay": 0.7}},
            LAST_STAGE,
        ),
    ],
    ids=["everything, synchronized", "the last stage, accumulated and clipped"],
)
@pytest.mark.slow
def test_ten_steps_of_two_replicas_are_those_of_one_device(
    request_of, framework: str, options: dict, phase: Phase
) -> None:
    common = {"dropout": 0.4, "classWeights": "balanced", "labelSmoothing": 0.1, **options}
    together = take_steps(request_of(framework, **common), [phase], TEN_BATCHES)
    alone = take_steps(request_of(framework, **{**common, "dataParallel": None}), [phase], TEN_BATCHES)
    assert_equal(together, alone)


@pytest.mark.slow
def test_local_moments_are_those_of_a_share_in_both_frameworks(request_of) -> None:
    ours, theirs = (
        take_steps(request_of(framework, dataParallel=LOCAL), [EVERYTHING], TEN_BATCHES) for framework in FRAMEWORKS
    )
    assert_equal(ours, theirs)
    alone = take_steps(request_of("pytorch"), [EVERYTHING], TEN_BATCHES)
    assert abs(alone.losses[0] - theirs.losses[0]) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_head_on_features_stays_on_one_device_between_phases_that_replicas_share(request_of, framework: str) -> None:
    engine = create_engine(request_of(framework, dataParallel=LOCAL), CLASSES)
    lines = []
    for first_stage, inputs in ((0, images_of(0, 3)), (STAGES, np.ones((3, 512))), (0, images_of(1, 3))):
        engine.start_phase(phase_of(optimizer=SGD) if first_stage else LAST_STAGE, first_stage)
        engine.read_steps([engine.train_step(step_of(inputs))])
        lines.append(engine.describe_replicas())
    together = "2 replicas in every step, no batch norm in training mode, equal parameters on all"
    assert lines == [together, ALONE, together]


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_whole_run_of_two_replicas_is_that_of_one_device_and_says_so(make_request, framework: str) -> None:
    def carry_out(parallel: dict | None) -> RunResult:
        # The last of the epoch's batches is short.
        training = {"batchSize": 9, "precision": "float64", "dataParallel": parallel, "phases": [HEAD, TAIL]}
        return run(make_request(framework, model=RESNET, training=training), lambda report: None)

    alone, together = carry_out(None), carry_out(SYNCHRONIZED)
    assert alone.facts.replicas == [ALONE, ALONE]
    assert together.facts.replicas == [
        ALONE,
        "2 replicas in every step, batch norm synchronized, equal parameters on all",
    ]
    assert together.facts.device == alone.facts.device
    assert ("over 2 processes" in together.peak_memory_method) == (framework == "pytorch")
    assert [epoch.train.loss for epoch in together.epochs] == pytest.approx(
        [epoch.train.loss for epoch in alone.epochs], rel=BOUND
    )
    assert together.test.loss == pytest.approx(alone.test.loss, rel=BOUND)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "seconds", "state"),
    [(signal.SIGKILL, 60.0, "ended with exit code -9"), (signal.SIGSTOP, 30.0, "did not answer")],
    ids=["dies", "hangs"],
)
def test_a_replica_that_is_lost_fails_the_run_and_the_next_one_has_new_ones(
    request_of, monkeypatch, end: signal.Signals, seconds: float, state: str
) -> None:
    from twintune.engines.pytorch.replicas import leave_replicas

    leave_replicas()
    monkeypatch.setattr(sharing, "TIMEOUT_SECONDS", seconds)
    engine = create_engine(request_of("pytorch", dataParallel=LOCAL), CLASSES)
    engine.start_phase(LAST_STAGE, 0)
    (child,) = multiprocessing.active_children()
    os.kill(child.pid or 0, end)
    with pytest.raises(TwintuneError, match=state) as caught:
        engine.train_step(step_of(images_of(0, 3)))
    assert caught.value.code == "REPLICA_FAILED"
    assert multiprocessing.active_children() == []
    monkeypatch.undo()
    assert len(take_steps(request_of("pytorch", dataParallel=LOCAL), [LAST_STAGE], (3,)).losses) == 1
    leave_replicas()


def step_of(inputs: np.ndarray) -> StepInputs:
    """A batch of three images, or of their features, that is a group by itself."""
    labels = np.array([0, 1, 2])
    return StepInputs(
        inputs=inputs,
        targets=Targets(labels, np.eye(CLASSES)[labels], 3.0),
        masks=(),
        learning_rate=0.05,
        divisor=3.0,
    )
