"""The TensorFlow listing of docs/document.md: Keras' ResNet-50, frozen, with a new head."""

from __future__ import annotations

import time

import keras
import numpy as np

from bench.images import Material, read_images

HIDDEN_UNITS = 1024


class _EpochEnds(keras.callbacks.Callback):
    """Notes the time at which each epoch ends."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Notes the time of an epoch's end."""
        self.times.append(time.perf_counter())


def build_model(classes: int) -> keras.Model:
    """Builds and compiles a ResNet-50 with a frozen backbone of random weights and a new head.

    Args:
        classes: The number of classes.
    """
    backbone = keras.applications.ResNet50(include_top=False, weights=None, pooling="avg")
    backbone.trainable = False
    hidden = keras.layers.Dense(HIDDEN_UNITS, activation="relu")(backbone.output)
    probabilities = keras.layers.Dense(classes, activation="softmax")(hidden)
    model = keras.Model(backbone.input, probabilities)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def prepare(pixels: np.ndarray) -> np.ndarray:
    """Prepares uint8 images of shape [images, height, width, 3] as Keras' weights expect them."""
    return keras.applications.resnet50.preprocess_input(pixels.astype(np.float32))


def run(material: Material, size: int, batch: int, epochs: int) -> list[float]:
    """Reads the images, builds the model and trains its head; imports are not timed.

    Keras' ResNet-50 has other layers than timm's, so its weights are its own random ones.

    Args:
        material: The training images.
        size: Height and width of the images in pixels.
        batch: Images per batch.
        epochs: The number of epochs to train.

    Returns:
        Seconds from the start to the end of each epoch.
    """
    start = time.perf_counter()
    ends = _EpochEnds()
    pixels, labels = read_images(material.train, size)
    model = build_model(int(labels.max()) + 1)
    model.fit(prepare(pixels), labels, batch_size=batch, epochs=epochs, verbose=0, callbacks=[ends])
    return [end - start for end in ends.times]
