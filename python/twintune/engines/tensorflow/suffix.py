"""The stages of a backbone that a phase's steps run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.stages import stage_tensor, stages_after


def build_suffix(model: AlignedModel, entry: BackboneEntry, first_stage: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """Makes pooled features of what a phase's batches are.

    Args:
        model: What is run; it stays the live one.
        entry: The backbone's stages.
        first_stage: As in `twintune.engines.engine.Engine.start_phase`.

    Returns:
        A function to pooled features, [images, features], in the modes that the BatchNorm layers have when it is run.
    """
    if first_stage == 0:
        return model.features
    if first_stage == len(entry.stages):
        return lambda features: features
    return dataclasses.replace(model, backbone=stages_after(model.backbone, entry.stages[first_stage - 1])).features


def input_shape(model: AlignedModel, entry: BackboneEntry, first_stage: int, image_size: int) -> list[int | None]:
    """The shape of a phase's batches, as far as it is the same for all."""
    if first_stage == 0:
        return [None, image_size, image_size, 3]
    if first_stage == len(entry.stages):
        return [None, entry.features]
    return list(stage_tensor(model.backbone, entry.stages[first_stage - 1]).shape)
