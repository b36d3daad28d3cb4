"""Both engines' optimisers have PyTorch's meaning."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.protocol import Adam, AdamW, Sgd

pytestmark = pytest.mark.usefixtures("frameworks")

STEPS = 20
# Twenty steps of a few operations each: a few units in the last place of each precision.
BOUNDS = {"float64": 1e-12, "float32": 1e-5}
OPTIMIZERS = {
    "adam": Adam(learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0),
    "adam with coupled decay": Adam(learning_rate=1e-2, beta1=0.8, beta2=0.99, epsilon=1e-3, weight_decay=0.1),
    "adamw": AdamW(learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.1),
    "sgd": Sgd(learning_rate=1e-2, momentum=0.0, nesterov=False, weight_decay=0.0),
    "sgd with momentum and decay": Sgd(learning_rate=1e-2, momentum=0.9, nesterov=False, weight_decay=0.1),
    "nesterov": Sgd(learning_rate=1e-2, momentum=0.9, nesterov=True, weight_decay=0.01),
}


def rates() -> list[float]:
    """A rate that moves, since Keras keeps it inside of the momentum buffer."""
    return [1e-2 * (1 - step / (2 * STEPS)) for step in range(STEPS)]


def run_tensorflow(definition, start: np.ndarray, gradients: np.ndarray) -> tuple[np.ndarray, str]:
    import tensorflow as tf
    from twintune.engines.tensorflow.optimizer import build_optimizer, describe_optimizer

    variable = tf.Variable(start)
    optimizer = build_optimizer(definition, [variable])
    step = tf.function(lambda gradient, coefficients: optimizer.apply([gradient], coefficients))
    for rate, gradient in zip(rates(), gradients, strict=True):
        step(tf.constant(gradient), tf.constant(optimizer.next_coefficients(rate)))
    return variable.numpy(), describe_optimizer(optimizer)


def run_pytorch(definition, start: np.ndarray, gradients: np.ndarray) -> tuple[np.ndarray, str]:
    import torch
    from twintune.engines.pytorch.optimizer import build_optimizer, describe_optimizer, set_learning_rate

    parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimizer = build_optimizer(definition, [parameter])
    for rate, gradient in zip(rates(), gradients, strict=True):
        parameter.grad = torch.from_numpy(gradient)
        set_learning_rate(optimizer, rate)
        optimizer.step()
    return parameter.detach().numpy(), describe_optimizer(optimizer)


@pytest.mark.parametrize("precision", BOUNDS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps_agree(name: str, precision: str) -> None:
    draw = np.random.default_rng(0)
    start = draw.normal(size=(7, 5)).astype(precision)
    gradients = draw.normal(size=(STEPS, 7, 5)).astype(precision)
    ours, our_words = run_tensorflow(OPTIMIZERS[name], start, gradients)
    theirs, their_words = run_pytorch(OPTIMIZERS[name], start, gradients)
    assert np.abs(ours - theirs).max() / np.abs(theirs).max() < BOUNDS[precision]
    assert np.abs(theirs - start).max() > 1e-2
    assert our_words == their_words
