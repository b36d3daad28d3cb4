"""The document's TensorFlow listing, timed epoch by epoch; the listing's open names are filled in."""

from __future__ import annotations

import time

import numpy as np
import tensorflow as tf
from tensorflow.keras.applications import ResNet50
from tensorflow.keras.applications.resnet50 import preprocess_input
from tensorflow.keras.layers import Dense, GlobalAveragePooling2D

from bench.images import Material, read_images


class _EpochEnds(tf.keras.callbacks.Callback):
    """A callback that notes the time of each epoch's end."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Notes the time of an epoch's end."""
        self.times.append(time.perf_counter())


def run(material: Material, size: int, batch: int, epochs: int) -> list[float]:
    """Reads the images, builds the model and trains its head; imports have been done before.

    Keras' ResNet-50 has other layers than timm's, so its weights are its own random ones.

    Args:
        material: The material, which gives the training images.
        size: Height and width of the images in pixels.
        batch: Images in a batch.
        epochs: The number of epochs to train.

    Returns:
        Seconds from the start to the end of each epoch.
    """
    start = time.perf_counter()
    ends = _EpochEnds()
    pixels, train_labels = read_images(material.train, size)
    train_data = preprocess_input(pixels.astype(np.float32))
    num_classes = int(train_labels.max()) + 1

    base_model = ResNet50(weights=None, include_top=False)
    x = base_model.output
    x = GlobalAveragePooling2D()(x)
    x = Dense(1024, activation="relu")(x)
    predictions = Dense(num_classes, activation="softmax")(x)
    model = tf.keras.models.Model(inputs=base_model.input, outputs=predictions)
    for layer in base_model.layers:
        layer.trainable = False
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train_data, train_labels, batch_size=batch, epochs=epochs, verbose=0, callbacks=[ends])
    return [end - start for end in ends.times]
