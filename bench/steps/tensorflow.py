"""The step of Keras' `fit`, as Keras compiles it by default."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from bench.resnet50_keras import build_backbone


def build_steps(images: np.ndarray, labels: np.ndarray, classes: int, steps: int) -> Callable[[], None]:
    """Makes a function that takes some training steps on one batch.

    Args:
        images: Pixels in float32, of shape [images, height, width, 3].
        labels: Class indices in int64, of shape [images].
        classes: The number of the head's outputs.
        steps: The number of steps at a call, which is one epoch of `fit` over as many copies of the batch.
    """
    layers = tf.keras.layers
    head = [layers.GlobalAveragePooling2D(), layers.Dense(1024, activation="relu"), layers.Dense(classes)]
    model = tf.keras.Sequential([build_backbone(images.shape[1]), *head])
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    data, targets = np.tile(images, (steps, 1, 1, 1)), np.tile(labels, steps)

    def take_steps() -> None:
        model.fit(data, targets, batch_size=len(images), shuffle=False, verbose=0)

    return take_steps
