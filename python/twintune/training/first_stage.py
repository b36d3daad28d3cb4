"""The backbone stage at which a phase's steps begin: the first whose output for an image changes between epochs."""

from __future__ import annotations

from twintune.backbones import find_backbone
from twintune.data.augmentation import is_endless
from twintune.model.phases import first_trainable_stage
from twintune.protocol import Phase, RunRequest


def frozen_stages(phase: Phase, request: RunRequest) -> int:
    """The number of an aligned backbone's first stages whose outputs for an image recur in all epochs of a phase.

    The outputs recur if nothing in the stages trains, BatchNorm statistics neither, and if the stages see the same
    images in every epoch, or the same few views of them in turn.
    """
    if phase.batch_norm != "inference" or is_endless(request.augmentation):
        return 0
    return first_trainable_stage(phase.trainable, find_backbone(request.model.backbone))


def pools_features(first_stage: int, request: RunRequest) -> bool:
    """Whether the steps of a phase begin behind the last stage, so that their inputs are pooled features."""
    return first_stage == len(find_backbone(request.model.backbone).stages)


def describe_input(first_stage: int, request: RunRequest) -> str:
    """The input of a phase's steps: `pixels`, `features` or `activations of STAGE`.

    Args:
        first_stage: Index of the first backbone stage that the steps run.
        request: The run's request, which names the backbone.
    """
    if first_stage == 0:
        return "pixels"
    if pools_features(first_stage, request):
        return "features"
    return f"activations of {find_backbone(request.model.backbone).stages[first_stage - 1].name}"
