"""The frozen stages of a backbone, which run once."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.model import AlignedModel


class Prefix:
    """TensorFlow's side of `twintune.engine.Prefix`."""

    variant = "traced"

    def __init__(self, model: AlignedModel, image_spec: tf.TensorSpec, device: str) -> None:
        """Makes the function to trace.

        Args:
            model: What is run.
            image_spec: Of a batch of pixels.
            device: TensorFlow's name of where it lives.
        """
        self._device = device

        @tf.function(input_signature=[image_spec], autograph=False)
        def features(images):
            with evaluating(model.batch_norms):
                return model.features(images)

        self._features = features

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """The pooled features of images."""
        with tf.device(self._device):
            return self._features(images).numpy()
