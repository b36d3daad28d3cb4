"""The stages of a backbone that a phase's steps run."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engines.tensorflow.model import AlignedModel


def build_suffix(model: AlignedModel, entry: BackboneEntry, first_stage: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """Makes pooled features of what a phase's batches are.

    Args:
        model: What is run; it stays the live one.
        entry: The backbone's stages.
        first_stage: As in `twintune.engine.Engine.start_phase`: 0, or the number of stages.

    Returns:
        A function to pooled features, [images, features], in the modes that the BatchNorm layers have when it is run.
    """
    return model.features if first_stage < len(entry.stages) else lambda features: features
