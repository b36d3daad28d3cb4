"""Both engines' optimisers have PyTorch's meaning."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.model.parameter_groups import ParameterSettings
from twintune.protocol import Adam, AdamW, RmsProp, Sgd

pytestmark = pytest.mark.usefixtures("frameworks")

STEPS = 20
# Twenty steps of a few operations each: a few units in the last place of each precision.
BOUNDS = {"float64": 1e-12, "float32": 1e-6}
SHARED = {"learning_rate": 1e-2, "decay_norm_and_bias": False}
OPTIMIZERS = {
    "adam": Adam(**SHARED, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0),
    "adam with decay": Adam(**SHARED, beta1=0.8, beta2=0.99, epsilon=1e-3, weight_decay=0.1),
    "adamw": AdamW(**SHARED, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0),
    "adamw with decay": AdamW(**SHARED, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.1),
    "sgd": Sgd(**SHARED, momentum=0.0, nesterov=False, weight_decay=0.0),
    "sgd with decay": Sgd(**SHARED, momentum=0.0, nesterov=False, weight_decay=0.1),
    "momentum": Sgd(**SHARED, momentum=0.9, nesterov=False, weight_decay=0.0),
    "momentum with decay": Sgd(**SHARED, momentum=0.9, nesterov=False, weight_decay=0.1),
    "nesterov": Sgd(**SHARED, momentum=0.9, nesterov=True, weight_decay=0.0),
    "nesterov with decay": Sgd(**SHARED, momentum=0.9, nesterov=True, weight_decay=0.1),
    "rmsprop": RmsProp(**SHARED, momentum=0.0, smoothing=0.99, centered=False, epsilon=1e-8, weight_decay=0.0),
    "rmsprop with decay": RmsProp(
        **SHARED, momentum=0.0, smoothing=0.9, centered=False, epsilon=1e-3, weight_decay=0.1
    ),
    "rmsprop centered with momentum": RmsProp(
        **SHARED, momentum=0.9, smoothing=0.99, centered=True, epsilon=1e-8, weight_decay=0.0
    ),
    "rmsprop centered with momentum and decay": RmsProp(
        **SHARED, momentum=0.9, smoothing=0.99, centered=True, epsilon=1e-8, weight_decay=0.1
    ),
}
SHAPES = {"weight": (7, 5), "bias": (5,)}


def settings_of(definition) -> dict[str, ParameterSettings]:
    """A group each: the rate and the decay of the one must not reach the other."""
    return {"weight": ParameterSettings(1.0, definition.weight_decay), "bias": ParameterSettings(0.1, 0.0)}


def rates(steps: int) -> list[float]:
    """A rate that moves, since Keras keeps it inside of the momentum buffer."""
    return [1e-2 * (1 - step / (2 * steps)) for step in range(steps)]


def run_tensorflow(definition, start: dict, gradients: list[dict]) -> tuple[dict[str, np.ndarray], str]:
    import tensorflow as tf
    from twintune.engines.tensorflow.optimizer import build_optimizer, describe_optimizer

    variables = {name: tf.Variable(value) for name, value in start.items()}
    optimizer = build_optimizer(definition, variables, settings_of(definition))
    step = tf.function(lambda values, coefficients: optimizer.apply(values, coefficients))
    for rate, gradient in zip(rates(len(gradients)), gradients, strict=True):
        coefficients = tf.constant(optimizer.next_coefficients(rate))
        step([tf.constant(gradient[name]) for name in variables], coefficients)
    return {name: variable.numpy() for name, variable in variables.items()}, describe_optimizer(optimizer)


def run_pytorch(definition, start: dict, gradients: list[dict]) -> tuple[dict[str, np.ndarray], str]:
    import torch
    from twintune.engines.pytorch.optimizer import build_optimizer, describe_optimizer, set_learning_rate

    parameters = {name: torch.nn.Parameter(torch.from_numpy(value.copy())) for name, value in start.items()}
    optimizer = build_optimizer(definition, parameters, settings_of(definition))
    for rate, gradient in zip(rates(len(gradients)), gradients, strict=True):
        for name, parameter in parameters.items():
            parameter.grad = torch.from_numpy(gradient[name].copy())
        set_learning_rate(optimizer, rate)
        optimizer.step()
    return {name: parameter.detach().numpy() for name, parameter in parameters.items()}, describe_optimizer(optimizer)


# Holds the options training.phases[].optimizer.name, training.phases[].optimizer.learningRate,
# training.phases[].optimizer.momentum, training.phases[].optimizer.nesterov,
# training.phases[].optimizer.beta1, training.phases[].optimizer.beta2,
# training.phases[].optimizer.smoothing, training.phases[].optimizer.centered,
# training.phases[].optimizer.epsilon, training.phases[].optimizer.weightDecay
@pytest.mark.parametrize("precision", BOUNDS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps_agree(name: str, precision: str) -> None:
    draw = np.random.default_rng(0)
    start = {tensor: draw.normal(size=shape).astype(precision) for tensor, shape in SHAPES.items()}
    gradients = [
        {tensor: draw.normal(size=shape).astype(precision) for tensor, shape in SHAPES.items()} for _ in range(STEPS)
    ]
    ours, our_words = run_tensorflow(OPTIMIZERS[name], start, gradients)
    theirs, their_words = run_pytorch(OPTIMIZERS[name], start, gradients)
    for tensor, before in start.items():
        assert np.abs(ours[tensor] - theirs[tensor]).max() / np.abs(theirs[tensor]).max() < BOUNDS[precision]
        assert np.abs(theirs[tensor] - before).max() > 1e-3
    assert our_words == their_words


def test_many_steps_of_adam_agree_in_float32() -> None:
    # 1 - 0.999 in float32 is off by 1e-5. A second moment that is off by as much moves these weights by 2e-6 more; the
    # engines' rounding alone by 4e-7, and PyTorch's own result lies 4e-6 from that in float64.
    steps = 1500
    draw = np.random.default_rng(0)
    start = {tensor: draw.normal(size=shape).astype(np.float32) for tensor, shape in SHAPES.items()}
    gradients = [
        {tensor: (draw.normal(size=shape) * np.exp(-step / 300)).astype(np.float32) for tensor, shape in SHAPES.items()}
        for step in range(steps)
    ]
    ours, _ = run_tensorflow(OPTIMIZERS["adam"], start, gradients)
    theirs, _ = run_pytorch(OPTIMIZERS["adam"], start, gradients)
    for tensor in start:
        assert np.abs(ours[tensor] - theirs[tensor]).max() < 1e-6


def test_the_groups_of_the_live_optimiser_are_told() -> None:
    start = {tensor: np.zeros(shape) for tensor, shape in SHAPES.items()}
    gradients = [start] * STEPS
    _, words = run_pytorch(OPTIMIZERS["adamw with decay"], start, gradients)
    assert words == (
        "adamw beta1 0.9 beta2 0.999 epsilon 1e-08 after bias correction decoupled decay:"
        " 1 tensors, 35 parameters at rate x 1, decay 0.1; 1 tensors, 5 parameters at rate x 0.1, decay 0"
    )
