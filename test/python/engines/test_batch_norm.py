"""A phase changes the backbone's BatchNorm layers as its policy says, and alike in both frameworks."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import MOSTLY_PYTORCH
from step_rig import CLASSES, FRAMEWORKS, SGD, STAGES, assert_equal, images_of, phase_of, take_steps, tensors_of
from twintune.engines import create_engine

pytestmark = pytest.mark.usefixtures("frameworks")

FIVE_BATCHES = (4, 3, 2, 4, 3)


def is_statistic(name: str) -> bool:
    return "running" in name


def is_scale_or_shift(name: str) -> bool:
    return (".bn" in name or name.startswith("bn1") or "downsample.1" in name) and not is_statistic(name)


def expected_to_move(name: str, policy: str, trains: bool) -> bool:
    """Whether a tensor changes in a phase; `trains` says whether its stage is among those that train."""
    if name.startswith("head."):
        return True
    if is_statistic(name):
        return policy != "inference"
    if is_scale_or_shift(name):
        return {"inference": trains, "adapt": False, "train": True}[policy]
    return trains


# The ladders of test_perturbations.py and test_recording.py hold `adapt` and `train` in every test run.
# Holds the option training.phases[].batchNorm
@pytest.mark.slow
@pytest.mark.parametrize(
    ("trained", "policy"),
    [
        ("head", "inference"),
        ("head", "adapt"),
        ("head", "train"),
        ("last stage", "inference"),
        ("last stage", "adapt"),
        ("last stage", "train"),
        ("all", "inference"),
        ("all", "adapt"),
        ("all", "train"),
    ],
)
def test_a_policy_holds_for_all_layers_alike_in_both_frameworks(request_of, trained: str, policy: str) -> None:
    trainable = {"lastStages": 1} if trained == "last stage" else trained
    phase = phase_of(trainable=trainable, batchNorm=policy, optimizer=SGD)
    ours, theirs = (take_steps(request_of(framework), [phase], FIVE_BATCHES) for framework in FRAMEWORKS)
    prefixes = {"head": (), "last stage": ("layer4.",), "all": ("",)}[trained]
    expected = {n for n in theirs.snapshots[0] if expected_to_move(n, policy, n.startswith(prefixes))}
    assert theirs.moved() == expected
    assert_equal(ours, theirs)


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_phase_takes_another_policy_than_the_one_before(request_of, framework: str) -> None:
    phases = [phase_of(batchNorm=policy, optimizer=SGD) for policy in ("adapt", "train", "inference")]
    outcome = take_steps(request_of(framework), phases, (4, 3))
    adapted, trained, kept = (outcome.moved(phase) for phase in (1, 2, 3))
    statistics = {name for name in outcome.snapshots[0] if is_statistic(name)}
    affine = {name for name in outcome.snapshots[0] if is_scale_or_shift(name)}
    assert statistics <= adapted and not affine & adapted
    assert statistics | affine <= trained
    assert not (statistics | affine) & kept


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_evaluation_uses_the_running_statistics_whatever_training_does(request_of, framework: str) -> None:
    engine = create_engine(request_of(framework), CLASSES)
    engine.start_phase(phase_of(batchNorm="train"), first_stage=0)
    before, images = tensors_of(engine), images_of(0, 4)
    # An image's outputs don't hang on those beside it; kernels may round a batch of another size otherwise.
    assert engine.predict(images)[:1] == pytest.approx(engine.predict(images[:1]), rel=1e-9)
    prefix = engine.prefix(STAGES, images=4)
    assert prefix(images)[:1] == pytest.approx(prefix(images[:1]), rel=1e-9)
    assert all(np.array_equal(tensor, before[name]) for name, tensor in tensors_of(engine).items())
