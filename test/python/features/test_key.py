"""The key of features changes with all that bears on them, and with nothing else."""

from __future__ import annotations

import pytest
from conftest import ADAM, PHASE, RESNET
from twintune.features.key import FeatureSource, feature_source
from twintune.protocol import RunRequest


def source_of(request: RunRequest, first_stage: int = 5, threads: str = "1 within") -> FeatureSource:
    return feature_source(request, first_stage, weights="00", device="cpu", threads=threads, variant="eager")


def test_in_deterministic_mode_so_does_what_the_last_bits_may_hang_on(make_request) -> None:
    one, other = (make_request("pytorch", deterministic=True, training={"batchSize": size}) for size in (4, 5))
    assert source_of(one) != source_of(other)
    assert source_of(one) != source_of(one, threads="2 within")


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": {"imageSize": 65}},
        {"model": {**RESNET, "backbone": "resnet34"}},
        {"training": {"precision": "float64"}},
        {"deterministic": True},
        {"twintune": "0.2.0"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_bears_on_features_names_others(make_request, change: dict) -> None:
    plain = make_request("pytorch", model=RESNET)
    assert source_of(make_request("pytorch", **{"model": RESNET, **change})) != source_of(plain)


@pytest.mark.parametrize(
    "change",
    [
        {"model": {**RESNET, "head": {"hidden": [], "activation": "relu", "dropout": 0.0}}},
        {"training": {"batchSize": 5}},
        {"training": {"phases": [{**PHASE, "optimizer": {**ADAM, "learningRate": 0.1}}]}},
        {"seed": 1, "seeds": {"init": 1, "order": 1, "augmentation": 1}},
        {"runDirectory": "/elsewhere"},
        {"profile": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_does_not_bear_on_them_names_the_same(make_request, change: dict) -> None:
    plain = make_request("pytorch", model=RESNET)
    assert source_of(make_request("pytorch", **{"model": RESNET, **change})) == source_of(plain)


def test_the_frameworks_have_features_of_their_own(make_request) -> None:
    ours, theirs = source_of(make_request("tensorflow")), source_of(make_request("pytorch"))
    assert ours != theirs
    assert {"tensorflow", "keras", "keras-hub", "pillow"} <= ours.packages.keys()
    assert {"torch", "timm", "pillow"} <= theirs.packages.keys()


def test_weights_that_want_another_preprocessing_name_others(make_request) -> None:
    kinds = ["random", "imagenet"]
    models = [{**RESNET, "backbone": "efficientnet_lite0", "weights": {"kind": kind}} for kind in kinds]
    random, imagenet = (source_of(make_request("pytorch", model=model)) for model in models)
    assert random.preprocessing != imagenet.preprocessing
    assert random.batch_norm_epsilon != imagenet.batch_norm_epsilon


def test_the_cut_is_named_by_the_last_stage_that_is_computed(make_request) -> None:
    request = make_request("pytorch", model=RESNET)
    assert source_of(request, first_stage=4).cut == "layer3"
    assert source_of(request, first_stage=5).cut == "pooled"
