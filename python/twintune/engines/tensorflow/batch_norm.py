"""BatchNorm with PyTorch's meaning, in Keras."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import keras
import tensorflow as tf

from twintune.model.phases import BatchNormMode
from twintune.protocol import ReplicaBatchNorm


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' BatchNorm, with a mode for each layer and PyTorch's running variance.

    Keras moves the running variance by the biased variance of the batch, PyTorch by the unbiased one: the update is
    scaled by n / (n - 1), n being the values a channel. The name is Keras' own, or saved models don't load again.

    In float64 the statistics of a batch are right to the last places. TensorFlow 2.21 adds up the values of a channel
    one after the other. Behind an even background thousands of them are nearly alike and are rounded the same way: the
    mean of 65,536 times -2.1 is off by 1e-12 of itself.
    """

    mode: BatchNormMode = "inference"
    normalize: Callable[[BatchNormalization, tf.Tensor], tf.Tensor] | None = None
    """The function that normalises in inference mode, in place of Keras; None for Keras itself."""
    sum_within: Callable[[Sequence[tf.Tensor]], list[tf.Tensor]] | None = None
    """The function that sums the moments of a batch over all replicas, which share it; None for those of one replica.

    Keras' own `synchronized` takes the difference of two sums for the variance, which cancels in float32.
    """

    moments: ReplicaBatchNorm | None = None
    """The images whose moments the layer took when its last step in training mode was traced; None before that."""

    def call(self, inputs, training=None, mask=None):
        """Normalises inputs; the layer's `mode` decides how, not `training`."""
        if self.mode == "inference":
            if self.normalize is not None:
                return self.normalize(self, inputs)
            return super().call(inputs, training=False, mask=mask)
        variance: Any = self.moving_variance
        before = self.momentum * tf.convert_to_tensor(variance)
        outputs = super().call(inputs, training=True, mask=mask)
        (count,) = self._sum([tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], before.dtype)])
        biased = tf.convert_to_tensor(variance) - before
        variance.assign(before + biased * count / (count - 1))
        return outputs

    def _moments(self, inputs, mask):
        self.moments = "synchronized" if self._sums_within else "local"
        if self._sums_within:
            (count,) = self._sum([tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], inputs.dtype)])
            (total,) = self._sum([_sum_by_axis(inputs)])
            mean = total / count
            (total,) = self._sum([_sum_by_axis(tf.square(inputs - mean))])
            return mean, total / count
        if inputs.dtype != tf.float64:
            return super()._moments(inputs, mask)
        mean = _mean_by_axis(inputs)
        return mean, _mean_by_axis(tf.square(inputs - mean))

    @property
    def _sums_within(self) -> bool:
        # Outside of the replicas' step, as in a probe's pass, a batch is whole.
        return (
            self.sum_within is not None
            and tf.distribute.has_strategy()
            and not tf.distribute.in_cross_replica_context()
        )

    def _sum(self, values: list[tf.Tensor]) -> list[tf.Tensor]:
        return self.sum_within(values) if self.sum_within is not None and self._sums_within else values


def adopt_batch_norm(backbone: keras.Model, epsilon: float, momentum: float) -> list[BatchNormalization]:
    """Turns the BatchNorm layers of a built backbone into layers of this module.

    Args:
        backbone: The model, which is changed in place. Functions that were traced before keep the old meaning.
        epsilon: The constant that is added to the variance.
        momentum: PyTorch's momentum: the share of the new batch in the running statistics.

    Returns:
        The layers.
    """
    layers = [layer for layer in backbone._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        # Nothing plainer reaches them. The graph of a Keras model calls the layer objects that it was built of, and so
        # do the blocks of keras-hub's EfficientNets and MobileNets, which are layers with layers of their own:
        # `clone_model` makes only the outermost ones anew.
        layer.__class__ = BatchNormalization
        layer.epsilon = epsilon
        layer.momentum = 1 - momentum
    return cast(list[BatchNormalization], layers)


def set_batch_norm_mode(layers: list[BatchNormalization], mode: BatchNormMode) -> None:
    """Sets the mode in which layers normalise. Functions that were traced before keep the old mode."""
    for layer in layers:
        layer.mode = mode


def set_sum_within(
    layers: list[BatchNormalization], sum_within: Callable[[Sequence[tf.Tensor]], list[tf.Tensor]] | None
) -> None:
    """Sets how layers in training mode sum the moments of a batch that replicas share (see `BatchNormalization`)."""
    for layer in layers:
        layer.sum_within = sum_within


def forget_moments(layers: list[BatchNormalization]) -> None:
    """Forgets which images' moments layers took (see `moments_taken`)."""
    for layer in layers:
        layer.moments = None


def moments_taken(layers: list[BatchNormalization]) -> set[ReplicaBatchNorm]:
    """The images whose moments layers took in training mode: those of a replica's share, of all replicas, or both."""
    taken: list[ReplicaBatchNorm | None] = [layer.moments for layer in layers]
    return {moments for moments in taken if moments is not None}


@contextlib.contextmanager
def evaluating(layers: list[BatchNormalization]) -> Iterator[None]:
    """Has layers normalise by their running statistics in functions that are traced within a `with` block."""
    modes: list[BatchNormMode] = [layer.mode for layer in layers]
    set_batch_norm_mode(layers, "inference")
    try:
        yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            layer.mode = mode


def _mean_by_axis(values: tf.Tensor) -> tf.Tensor:
    """The mean of each channel of [images, height, width, channels], in sums of a few values each."""
    return tf.reduce_mean(tf.reduce_mean(tf.reduce_mean(values, 2), 1), 0)


def _sum_by_axis(values: tf.Tensor) -> tf.Tensor:
    """The sum of each channel of [images, height, width, channels], in sums of a few values each."""
    return tf.reduce_sum(tf.reduce_sum(tf.reduce_sum(values, 2), 1), 0)
