"""The stages of a backbone that a phase's steps run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.stages import stage_tensor, stages_after


def build_suffix(model: AlignedModel, entry: BackboneEntry, first_stage: int) -> Callable[[tf.Tensor], tf.Tensor]:
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
    return dataclasses.replace(model, backbone=stages_after(model.backbone, entry.stages[first_stage - 1])).features


def input_shape(model: AlignedModel, entry: BackboneEntry, first_stage: int, image_size: int) -> list[int | None]:
    """The shape of a phase's batches; None for the number of images, which differs."""
    if first_stage == 0:
        return [None, image_size, image_size, 3]
    if first_stage == len(entry.stages):
        return [None, entry.features]
    return list(stage_tensor(model.backbone, entry.stages[first_stage - 1]).shape)
