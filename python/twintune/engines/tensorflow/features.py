"""The one pass of a frozen backbone."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.model import AlignedModel


def build_feature_step(model: AlignedModel, input_spec: tf.TensorSpec) -> Callable:
    """Traces the pooled features of images in inference mode."""

    @tf.function(input_signature=[input_spec], autograph=False)
    def feature_step(images):
        with evaluating(model.batch_norms):
            return model.features(images)

    return feature_step
