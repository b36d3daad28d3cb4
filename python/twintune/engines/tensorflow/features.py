"""The one pass of a frozen backbone."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from twintune.engines.tensorflow.model import AlignedModel


def build_feature_step(model: AlignedModel, input_spec: tf.TensorSpec) -> Callable:
    """Traces the pooled features of images, in the modes that the BatchNorm layers have now."""

    @tf.function(input_signature=[input_spec], autograph=False)
    def feature_step(images):
        return model.features(images)

    return feature_step
