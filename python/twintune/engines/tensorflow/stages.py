"""The outputs of a backbone's stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import keras
import tensorflow as tf

from twintune.backbones import BackboneEntry, Stage
from twintune.engines.tensorflow.model import AlignedModel


def build_stage_outputs(model: AlignedModel, entry: BackboneEntry) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Makes every stage's output, in the modes that the BatchNorm layers have when it is run or traced.

    Args:
        model: Its layers and variables are shared.
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
    return cast(keras.KerasTensor, stage_layer(backbone, stage).output)


def stage_layer(backbone: keras.Model, stage: Stage) -> keras.layers.Layer:
    """The layer that a stage ends with."""
    layer = backbone.get_layer(stage.keras_layer)
    if not stage.keras_follower:
        return layer
    (node,) = layer._outbound_nodes
    return node.operation
