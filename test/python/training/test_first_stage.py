"""Stages run once where they give the same of an image in every epoch, and in each step where they don't."""

from __future__ import annotations

import msgspec
import pytest
from augmentations import OF_IMAGES
from conftest import PHASE, RESNET
from twintune.protocol import Phase
from twintune.training.first_stage import describe_input, frozen_stages

VIEWS = {**OF_IMAGES, "views": 3}


@pytest.mark.parametrize(
    ("change", "augmentation", "stages"),
    [
        ({}, {}, 5),
        ({"trainable": "all"}, {}, 0),
        ({"trainable": {"lastStages": 1}}, {}, 4),
        ({"trainable": {"lastStages": 5}}, {}, 0),
        ({"trainable": {"from": "layer2"}}, {}, 2),
        ({"batchNorm": "adapt"}, {}, 0),
        ({"trainable": {"lastStages": 1}, "batchNorm": "train"}, {}, 0),
        *[({}, {name: OF_IMAGES[name]}, 0) for name in OF_IMAGES],
        ({}, VIEWS, 5),
        ({"trainable": {"lastStages": 2}}, VIEWS, 3),
        ({"trainable": "all"}, VIEWS, 0),
        ({}, {**VIEWS, "mixup": 0.2}, 0),
        ({}, {"mixup": 0.2}, 0),
        ({}, {"cutmix": 1.0}, 0),
    ],
)
def test_stages_run_once_only_where_they_are_frozen_and_see_the_same_in_every_epoch(
    make_request, change: dict, augmentation: dict, stages: int
) -> None:
    request = make_request("pytorch", model=RESNET, augmentation=augmentation)
    phase = msgspec.convert({**PHASE, **change}, Phase)
    assert frozen_stages(phase, request) == stages


def test_what_steps_are_given_is_named_by_where_they_begin(make_request) -> None:
    request = make_request("pytorch", model=RESNET)
    described = [describe_input(first_stage, request) for first_stage in (0, 1, 4, 5)]
    assert described == ["pixels", "activations of stem", "activations of layer3", "features"]
