"""The parameters that a phase trains, with their rate and decay, follow from the tensors' names alone."""

from __future__ import annotations

import msgspec
import pytest
from conftest import ADAM, PHASE
from twintune.backbones import find_backbone, tensor_shapes
from twintune.model.parameter_groups import ParameterSettings, parameter_settings
from twintune.protocol import Phase

ENTRY = find_backbone("resnet18")
TENSORS = {name: len(shape) for name, shape in tensor_shapes("resnet18").items()} | {
    "head.0.weight": 2,
    "head.0.bias": 1,
}


def settings(optimizer: dict | None = None, **changes) -> dict[str, ParameterSettings]:
    phase = msgspec.convert({**PHASE, **changes, "optimizer": {**ADAM, **(optimizer or {})}}, Phase)
    return parameter_settings(TENSORS, phase, ENTRY)


def is_norm(name: str) -> bool:
    return ".bn" in name or name.startswith("bn1") or "downsample.1" in name


# Holds the option training.phases[].trainable
def test_the_head_trains_alone() -> None:
    assert list(settings(trainable="head")) == ["head.0.weight", "head.0.bias"]


def test_the_head_comes_first() -> None:
    assert list(settings(trainable="all"))[:2] == ["head.0.weight", "head.0.bias"]


@pytest.mark.parametrize("policy", ["inference", "adapt", "train"])
def test_running_statistics_are_no_parameters(policy: str) -> None:
    assert not any("running" in name for name in settings(trainable="all", batchNorm=policy))


def test_scale_and_shift_train_with_their_stage_under_inference() -> None:
    trained = settings(trainable={"lastStages": 1}, batchNorm="inference")
    assert {name.split(".")[0] for name in trained} == {"layer4", "head"}
    assert "layer4.0.bn1.weight" in trained


def test_no_scale_and_shift_trains_under_adapt() -> None:
    trained = settings(trainable="all", batchNorm="adapt")
    assert not any(is_norm(name) for name in trained)
    assert "conv1.weight" in trained


def test_every_scale_and_shift_trains_under_train_those_of_frozen_stages_too() -> None:
    trained = settings(trainable="head", batchNorm="train")
    assert {name for name in trained if not name.startswith("head.")} == {
        name for name in TENSORS if is_norm(name) and "running" not in name
    }


# Holds the options training.phases[].backboneLearningRateScale, training.phases[].layerwiseDecay
def test_rates_fall_stage_by_stage_from_the_head() -> None:
    trained = settings(trainable="all", backboneLearningRateScale=0.5, layerwiseDecay=0.1)
    assert trained["head.0.weight"].rate_scale == 1
    scales = [trained[f"layer{number}.0.conv1.weight"].rate_scale for number in (4, 3, 2, 1)]
    assert scales == pytest.approx([0.05, 0.005, 0.0005, 0.00005])
    assert trained["conv1.weight"].rate_scale == trained["bn1.bias"].rate_scale == pytest.approx(0.000005)


# Holds the option training.phases[].optimizer.decayNormAndBias
@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_decay_passes_over_batch_norm_and_biases(name: str) -> None:
    trained = settings({"name": name, "weightDecay": 0.1}, trainable="all")
    spared = {tensor for tensor, entry in trained.items() if entry.weight_decay == 0}
    assert spared == {tensor for tensor in trained if is_norm(tensor) or tensor == "head.0.bias"}
    assert trained["head.0.weight"].weight_decay == trained["conv1.weight"].weight_decay == 0.1


def test_decay_reaches_batch_norm_and_biases_when_it_is_asked_to() -> None:
    trained = settings({"weightDecay": 0.1, "decayNormAndBias": True}, trainable="all")
    assert {entry.weight_decay for entry in trained.values()} == {0.1}
