"""Where in the backbone a phase's steps begin: behind the stages that give the same of an image in every epoch."""

from __future__ import annotations

from twintune.backbones import find_backbone
from twintune.data.augmentation import is_endless
from twintune.model.phases import first_trainable_stage
from twintune.protocol import Phase, RunRequest


def frozen_stages(phase: Phase, request: RunRequest) -> int:
    """How many of an aligned backbone's first stages give the same few things of each image in all epochs of a phase.

    They do where nothing in them trains, BatchNorm statistics neither, and where they see the same images in every
    epoch, or the same few views of them in turn.
    """
    if phase.batch_norm != "inference" or is_endless(request.augmentation):
        return 0
    return first_trainable_stage(phase.trainable, find_backbone(request.model.backbone))


def pools_features(first_stage: int, request: RunRequest) -> bool:
    """Whether all stages are before this one, so that what they give are pooled features."""
    return first_stage == len(find_backbone(request.model.backbone).stages)


def describe_input(first_stage: int, request: RunRequest) -> str:
    """What the steps of a phase are given: `pixels`, `features` or `activations of STAGE`.

    Args:
        first_stage: The first backbone stage that they run.
        request: Names the backbone.
    """
    if first_stage == 0:
        return "pixels"
    if pools_features(first_stage, request):
        return "features"
    return f"activations of {find_backbone(request.model.backbone).stages[first_stage - 1].name}"
