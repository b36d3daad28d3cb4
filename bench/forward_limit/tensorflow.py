"""The forward pass as fast as TensorFlow's own options make it on a CPU: one traced function; XLA is slower there."""

from __future__ import annotations

import time

import tensorflow as tf

from bench.resnet50_keras import build_backbone

WARM_UP = 3
"""The number of batches in which memory is allocated and kernels are chosen."""


def images_per_second(size: int, batch: int, batches: int) -> float:
    """Times the pass over pixels that are in memory already; all preparation is done before.

    Args:
        size: Height and width of the images in pixels.
        batch: Images in a batch.
        batches: The number of batches to time.
    """
    backbone = build_backbone(size)
    images = tf.random.uniform((batch, size, size, 3))

    @tf.function
    def forward(pixels):
        return tf.reduce_mean(backbone(pixels, training=False), axis=(1, 2))

    for _ in range(WARM_UP):
        forward(images)
    start = time.perf_counter()
    for _ in range(batches):
        forward(images).numpy()
    return batches * batch / (time.perf_counter() - start)
