"""The description of Keras' side of an idiomatic pair, read from live objects."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from twintune.backbones import find_idiomatic_pair
from twintune.digests import digest_tensors
from twintune.engines.tensorflow.idiomatic import IdiomaticEngine
from twintune.engines.tensorflow.idiomatic_optimizer import build_idiomatic_optimizer, describe_idiomatic_optimizer
from twintune.parity.idiomatic.channel_maps import PROBES, map_of
from twintune.parity.idiomatic.kernel_counts import count_kernels
from twintune.parity.idiomatic.optimizer_probes import GRADIENT, Decay, first_step_epsilon, kind_of_decay
from twintune.protocol import (
    Adam,
    AdamW,
    BatchNormConstants,
    ChannelMap,
    IdiomaticDescription,
    ImagenetWeights,
    Optimizer,
    RunRequest,
)


def describe_idiomatic(engine: IdiomaticEngine, request: RunRequest) -> IdiomaticDescription:
    """Describes the model, optimiser and input pipeline of an engine whose phase has been started."""
    chosen = find_idiomatic_pair(request.model.backbone).keras_applications
    pretrained = isinstance(request.model.weights, ImagenetWeights)
    optimizer, digest = request.training.phases[0].optimizer, digest_tensors(engine.backbone_tensors())
    return IdiomaticDescription(
        weights=f"{chosen.weights if pretrained else 'drawn by Keras'}, sha256 {digest[:12]}",
        architecture=chosen.architecture,
        strided_kernels=strided_kernels(engine.backbone),
        preprocessing=_channel_map(engine),
        resize=_describe_resize(),
        batch_norm=_batch_norm(engine.backbone),
        optimizer=describe_idiomatic_optimizer(engine.model.optimizer),
        first_step_epsilon=live_first_step_epsilon(optimizer),
        decay=live_decay(optimizer),
        loss=f"{engine.model.loss} of a {engine.head[-1].activation.__name__}",
        head_init=_describe_head(engine.head[-1]),
        batch_order="tf.data's shuffle",
    )


def batch_logits(engine: IdiomaticEngine, pixels: np.ndarray) -> tf.Tensor:
    """Logits of a batch as the phase trains on it, before the softmax; nothing is dropped."""
    modes = {entry.mode for entry in _batch_norm(engine.backbone)}
    x = tf.reduce_mean(engine.backbone(pixels, training="train" in modes), axis=(1, 2))
    for layer in engine.head[:-1]:
        x = layer(x, training=False)
    last = engine.head[-1]
    return tf.matmul(x, last.kernel) + last.bias


def batch_loss(engine: IdiomaticEngine, logits: tf.Tensor, labels: np.ndarray) -> float:
    """The compiled loss of the model's own softmax of logits, in a graph as in training."""

    @tf.function(autograph=False)
    def loss(logits: tf.Tensor) -> Any:
        return engine.model.compute_loss(y=labels, y_pred=engine.head[-1].activation(logits))

    return float(loss(logits))


def strided_kernels(backbone: keras.Model) -> dict[str, int]:
    """Counts strided convolutions by the size of their kernel, such as `3×3`, in nested models too."""
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    strided = [layer for layer in backbone._flatten_layers() if isinstance(layer, kinds) and max(layer.strides) > 1]
    return count_kernels(layer.kernel_size for layer in strided)


def _channel_map(engine: IdiomaticEngine) -> ChannelMap:
    """The map of `preprocess_input` and of the preprocessing layers at the beginning of the model."""
    values = engine.pipeline.preprocess(tf.constant(PROBES[:, None, None, :], tf.float64))
    for layer in engine.backbone.layers[1:]:
        if not isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
            break
        values = layer(values)
    return map_of(np.asarray(values)[:, 0, 0])


def _describe_resize() -> str:
    """Describes the resizing of `tf.image.resize` by its live defaults."""
    defaults = inspect.signature(tf.image.resize).parameters
    antialias = "antialiased" if defaults["antialias"].default else "not antialiased"
    return f"tf.image.resize, {defaults['method'].default}, {antialias}"


def _batch_norm(backbone: keras.Model) -> list[BatchNormConstants]:
    # Keras' momentum is the share of the old statistics that is kept, PyTorch's that of the new batch.
    constants = [
        BatchNormConstants(layer.epsilon, round(1 - layer.momentum, 12), "train" if layer.trainable else "inference")
        for layer in backbone.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    return list(dict.fromkeys(constants))


def live_first_step_epsilon(definition: Optimizer) -> float | None:
    """Adam's epsilon as the library's own optimiser works in its first step; None for SGD."""
    if not isinstance(definition, Adam | AdamW):
        return None
    optimizer = build_idiomatic_optimizer(definition)
    (after,) = _steps_on(optimizer, start=0.0, gradient=GRADIENT, steps=1)
    return first_step_epsilon(float(optimizer.learning_rate), -after)


def live_decay(definition: Optimizer) -> Decay:
    """The kind of weight decay of the library's own optimiser."""
    optimizer = build_idiomatic_optimizer(definition)
    *_, after = _steps_on(optimizer, start=1.0, gradient=0.0, steps=2)
    return kind_of_decay(float(optimizer.learning_rate), optimizer.weight_decay or 0.0, after)


def _steps_on(optimizer: keras.optimizers.Optimizer, start: float, gradient: float, steps: int) -> list[float]:
    """The values of a single number after each of some steps, in float64."""
    number = keras.Variable([start], dtype="float64")
    reached = []
    for _ in range(steps):
        optimizer.apply([tf.constant([gradient], tf.float64)], [number])
        reached.append(float(number.numpy()[0]))
    return reached


def _describe_head(layer: keras.layers.Dense) -> str:
    kernel, bias = (type(each).__name__ for each in (layer.kernel_initializer, layer.bias_initializer))
    largest = np.abs(np.asarray(layer.kernel)).max()
    return f"keras.layers.Dense: {kernel}, bias {bias}; largest weight of the last layer {largest:.3g}"
