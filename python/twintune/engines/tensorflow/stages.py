"""A backbone's stages: their outputs, and the backbone cut between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import keras
import tensorflow as tf

from twintune.backbones import BackboneEntry, Stage
from twintune.engines.tensorflow.model import AlignedModel


def build_stage_outputs(model: AlignedModel, entry: BackboneEntry) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Makes a function of every stage's output, in the modes that BatchNorm layers have when it is run or traced.

    Args:
        model: The model, whose layers and variables are shared.
        entry: The backbone's stages.

    Returns:
        A function of normalised pixels, [images, height, width, 3], to feature maps, [images, rows, columns, channels],
        by the stages' names, in their order and in the dtype of the backbone's activations.
    """
    tensors = [stage_tensor(model.backbone, stage) for stage in entry.stages]
    names = [stage.name for stage in entry.stages]
    stages = keras.Model(model.backbone.input, tensors)
    return lambda images: dict(zip(names, stages(images), strict=True))


def stage_tensor(backbone: keras.Model, stage: Stage) -> keras.KerasTensor:
    """The place in the graph where a stage ends: the model can be cut there."""
    # A model that begins within the graph gives the layers further nodes; the first one stays the backbone's.
    return cast(keras.KerasTensor, stage_layer(backbone, stage)._inbound_nodes[0].output_tensors[0])


def stage_layer(backbone: keras.Model, stage: Stage) -> keras.layers.Layer:
    """The layer that a stage ends with."""
    layer = backbone.get_layer(stage.keras_layer)
    if not stage.keras_follower:
        return layer
    return layer._outbound_nodes[0].operation


def stages_until(backbone: keras.Model, stage: Stage) -> keras.Model:
    """The live layers of a backbone up to a stage's output."""
    return keras.Model(backbone.input, stage_tensor(backbone, stage))


def stages_after(backbone: keras.Model, stage: Stage) -> keras.Model:
    """The live layers of a backbone from a stage's output on."""
    return keras.Model(stage_tensor(backbone, stage), backbone.output)
