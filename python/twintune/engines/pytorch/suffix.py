"""The stages of a backbone that a phase's steps run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch

from twintune.backbones import BackboneEntry
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.stages import stages_after


def build_suffix(model: AlignedModel, entry: BackboneEntry, first_stage: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Makes a function from a phase's batches to pooled features.

    Args:
        model: The live model, whose layers are run.
        entry: The backbone's stages.
        first_stage: Index of the first stage that the phase's steps run (see
        `twintune.engines.engine.Engine.start_phase`).

    Returns:
        A function from a batch to pooled features, [images, features], in the modes that the BatchNorm layers have when
        it is run.
    """
    if first_stage == 0:
        return model.features
    if first_stage == len(entry.stages):
        return lambda features: features
    suffix = dataclasses.replace(model, backbone=stages_after(model.backbone, entry.stages[first_stage - 1]))
    if model.half is None:
        return suffix.features
    # The activations get the dtype in which autocast hands them from stage to stage.
    return lambda activations: suffix.features(activations.to(model.half))
