"""The trained model as one Keras model: from pixels to logits or probabilities, with the normalisation inside."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from twintune.engines.tensorflow.aligned import AlignedEngine
from twintune.engines.tensorflow.idiomatic import IdiomaticEngine
from twintune.engines.tensorflow.model import AlignedModel, building_in
from twintune.exporting.tensorflow.plain_layers import call_in_plain_layers
from twintune.model.precision import array_dtype
from twintune.protocol import TrainedModelDescription


def build_classifier(engine: AlignedEngine | IdiomaticEngine, model: TrainedModelDescription) -> keras.Model:
    """Builds the Keras model of a loaded model, of Keras' own layers and operations alone.

    Args:
        engine: The engine that the model was loaded into.
        model: The model's description.

    Returns:
        A model of pixels from 0 to 255, [images, height, width, 3]. Its layers are new, but for those of
        `keras.applications`.
    """
    size = model.input.size
    with building_in(model.precision):
        pixels = keras.Input((size, size, 3), name="pixels")
        images = _normalize(pixels, model)
        if isinstance(engine, IdiomaticEngine):
            return keras.Model(pixels, engine.model(images), name=model.backbone)
        return keras.Model(pixels, _aligned_logits(engine.model, images, model.head.activation), name=model.backbone)


def _normalize(pixels: Any, model: TrainedModelDescription) -> Any:
    image = model.input
    channels: Any = keras.ops.flip(pixels, axis=-1) if image.channels == "BGR" else pixels
    # keras.layers.Normalization keeps its constants in float32, whatever it computes in.
    mean, std = (np.array(constants, array_dtype(model.precision)) for constants in (image.mean, image.std))
    return (channels / 255 - mean) / std


def _aligned_logits(model: AlignedModel, images: Any, activation: str) -> Any:
    maps = call_in_plain_layers(model.backbone, images)
    if model.projection is None:
        x = keras.layers.GlobalAveragePooling2D(name="pool")(maps)
    else:
        pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name="pool")(maps)
        x = keras.layers.Flatten(name="features")(_copy(model.projection, "projection")(pooled))
    for index, layer in enumerate(model.layers):
        x = _copy(layer, f"head_{index}")(x)
        if index < len(model.layers) - 1:
            x = keras.layers.Activation(activation, name=f"head_{index}_{activation}")(x)
    return x


def _copy(layer: keras.layers.Layer, name: str) -> keras.layers.Layer:
    copy = type(layer).from_config({**layer.get_config(), "name": name})
    built = layer.get_build_config()
    assert built is not None, "the layer of a loaded model is built"
    copy.build(built["input_shape"])
    copy.set_weights(layer.get_weights())
    return copy
