"""The head's first weights and its dropout masks: made in NumPy once, given to both frameworks."""

from __future__ import annotations

import itertools

import numpy as np

from twintune.protocol import Head
from twintune.seeding import generator


def initial_head(head: Head, features: int, classes: int, seed: int) -> dict[str, np.ndarray]:
    """Draws the head's weights as PyTorch's `nn.Linear` does: uniform in ±1/√(inputs), the bias too.

    Args:
        head: The head's definition, which gives the hidden widths.
        features: Width of the pooled features.
        classes: Number of classes.
        seed: The seed of the run's initial weights.

    Returns:
        float32 tensors `head.N.weight` of shape [outputs, inputs] and `head.N.bias` of shape [outputs].
    """
    widths = [features, *head.hidden, classes]
    tensors = {}
    for index, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        draw = generator(seed, "head", index)
        bound = 1 / np.sqrt(inputs)
        tensors[f"head.{index}.weight"] = draw.uniform(-bound, bound, (outputs, inputs)).astype(np.float32)
        tensors[f"head.{index}.bias"] = draw.uniform(-bound, bound, outputs).astype(np.float32)
    return tensors


def dropout_masks(head: Head, images: int, seed: int, step: int, dtype: str) -> tuple[np.ndarray, ...]:
    """Draws the masks of one training step: 0, or 1/(1 - dropout) so that the expectation is kept.

    Args:
        head: The head's definition, which gives the hidden widths and the share to drop.
        images: Images in the batch.
        seed: The seed of the run's initial weights.
        step: The step, counted over all phases.
        dtype: The dtype of the masks, `float32` or `float64`.

    Returns:
        One mask of shape [images, width] a hidden layer; none when nothing is dropped.
    """
    if head.dropout == 0:
        return ()
    draw = generator(seed, "dropout", step)
    keep = 1 - head.dropout
    return tuple((draw.random((images, width)) < keep).astype(dtype) / np.array(keep, dtype) for width in head.hidden)
