"""Optimisers with PyTorch's arithmetic, as updates of TensorFlow variables.

Keras' own differ in meaning: Adam's epsilon is added before the bias correction, decay is always decoupled, and
the rate stands inside the momentum buffer. The formulas are those of `torch.optim` (single-tensor forms).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from twintune.protocol import Adam, AdamW, Optimizer, Sgd


class AlignedSgd:
    """Stochastic gradient descent over a fixed list of variables."""

    coefficients = 1
    """Scalars that a step needs."""

    def __init__(self, definition: Sgd, variables: Sequence[tf.Variable]) -> None:
        self.definition = definition
        self.variables = list(variables)
        self.learning_rate = definition.learning_rate
        self._buffers = _zeros(self.variables)

    def next_coefficients(self, learning_rate: float) -> np.ndarray:
        """The scalars of the next step: the rate."""
        self.learning_rate = learning_rate
        return np.array([learning_rate])

    def apply(self, gradients: Sequence[Any], coefficients: tf.Tensor) -> None:
        """Updates every variable; traced into the training step."""
        definition = self.definition
        for variable, gradient, buffer in zip(self.variables, gradients, self._buffers, strict=True):
            (rate,) = tf.unstack(tf.cast(coefficients, variable.dtype))
            if definition.weight_decay:
                gradient += definition.weight_decay * variable
            if definition.momentum:
                buffer.assign(definition.momentum * buffer + gradient)
                gradient = gradient + definition.momentum * buffer if definition.nesterov else buffer
            variable.assign_sub(rate * gradient)

    def describe(self) -> str:
        """Kind and constants, in the same words as the other engine's."""
        definition = self.definition
        kind = "sgd nesterov" if definition.nesterov else "sgd"
        return f"{kind} momentum {definition.momentum:g} decay {definition.weight_decay:g} coupled"


class AlignedAdam:
    """Adam or AdamW over a fixed list of variables."""

    coefficients = 3
    """Scalars that a step needs."""

    def __init__(self, definition: Adam | AdamW, variables: Sequence[tf.Variable]) -> None:
        self.definition = definition
        self.variables = list(variables)
        self.learning_rate = definition.learning_rate
        self._steps = 0
        self._means, self._squares = _zeros(self.variables), _zeros(self.variables)

    def next_coefficients(self, learning_rate: float) -> np.ndarray:
        """The scalars of the next step: the rate, the step size and the root of the second moment's correction."""
        self.learning_rate = learning_rate
        self._steps += 1
        correction1 = 1 - self.definition.beta1**self._steps
        correction2 = 1 - self.definition.beta2**self._steps
        return np.array([learning_rate, learning_rate / correction1, math.sqrt(correction2)])

    def apply(self, gradients: Sequence[Any], coefficients: tf.Tensor) -> None:
        """Updates every variable; traced into the training step."""
        definition = self.definition
        moments = zip(self._means, self._squares, strict=True)
        for variable, gradient, (mean, square) in zip(self.variables, gradients, moments, strict=True):
            rate, step_size, root_correction = tf.unstack(tf.cast(coefficients, variable.dtype))
            if isinstance(definition, AdamW):
                variable.assign(variable * (1 - rate * definition.weight_decay))
            elif definition.weight_decay:
                gradient += definition.weight_decay * variable
            mean.assign_add((gradient - mean) * (1 - definition.beta1))
            square.assign(square * definition.beta2 + gradient * gradient * (1 - definition.beta2))
            denominator = tf.sqrt(square) / root_correction + definition.epsilon
            variable.assign_sub(step_size * (mean / denominator))

    def describe(self) -> str:
        """Kind and constants, in the same words as the other engine's."""
        definition = self.definition
        kind, decay = ("adamw", "decoupled") if isinstance(definition, AdamW) else ("adam", "coupled")
        return (
            f"{kind} beta1 {definition.beta1:g} beta2 {definition.beta2:g} epsilon {definition.epsilon:g} after"
            f" bias correction decay {definition.weight_decay:g} {decay}"
        )


AlignedOptimizer = AlignedSgd | AlignedAdam


def build_optimizer(definition: Optimizer, variables: Sequence[tf.Variable]) -> AlignedOptimizer:
    """Makes the optimiser, its buffers all zero.

    Args:
        definition: Kind and constants.
        variables: What it updates.
    """
    if isinstance(definition, Sgd):
        return AlignedSgd(definition, variables)
    return AlignedAdam(definition, variables)


def describe_optimizer(optimizer: AlignedOptimizer) -> str:
    """A line on the live optimiser, in the same words as the other engine's."""
    count = sum(variable.shape.num_elements() for variable in optimizer.variables)
    return f"{optimizer.describe()} over {len(optimizer.variables)} tensors, {count} parameters"


def _zeros(variables: Sequence[tf.Variable]) -> list[tf.Variable]:
    return [tf.Variable(tf.zeros_like(variable)) for variable in variables]
