"""Optimisers with PyTorch's arithmetic, as updates of TensorFlow variables.

Keras' own differ in meaning: Adam's epsilon is added before the bias correction, decay is always decoupled, and the
rate stands inside the momentum buffer. The formulas are those of `torch.optim` (single-tensor forms).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from twintune.protocol import Adam, AdamW, Optimizer, Sgd


class AlignedOptimizer:
    """One optimiser over a fixed list of variables."""

    def __init__(self, definition: Optimizer, variables: Sequence[tf.Variable]) -> None:
        """Makes the buffers, all zero.

        Args:
            definition: Kind and constants.
            variables: What it updates.
        """
        self.definition = definition
        self.variables = list(variables)
        self.steps = 0
        buffers = 2 if isinstance(definition, Adam | AdamW) else 1
        self.slots = [[tf.Variable(tf.zeros_like(v)) for v in self.variables] for _ in range(buffers)]

    def next_coefficients(self, learning_rate: float) -> np.ndarray:
        """The scalars of the next step, in float64: the rate, Adam's step size and the root of its correction."""
        self.steps += 1
        if isinstance(self.definition, Sgd):
            return np.array([learning_rate, learning_rate, 1.0])
        correction1 = 1 - self.definition.beta1**self.steps
        correction2 = 1 - self.definition.beta2**self.steps
        return np.array([learning_rate, learning_rate / correction1, math.sqrt(correction2)])

    def apply(self, gradients: Sequence[tf.Tensor], coefficients: tf.Tensor) -> None:
        """Updates every variable; traced into the training step."""
        for index, (variable, gradient) in enumerate(zip(self.variables, gradients, strict=True)):
            rate, step_size, root_correction = tf.unstack(tf.cast(coefficients, variable.dtype))
            slots = [slot[index] for slot in self.slots]
            if isinstance(self.definition, Sgd):
                self._sgd(variable, gradient, slots[0], rate)
            else:
                self._adam(variable, gradient, slots, rate, step_size, root_correction)

    def _sgd(self, variable, gradient, buffer, rate) -> None:
        definition = self.definition
        if definition.weight_decay:
            gradient += definition.weight_decay * variable
        if definition.momentum:
            buffer.assign(definition.momentum * buffer + gradient)
            gradient = gradient + definition.momentum * buffer if definition.nesterov else buffer
        variable.assign_sub(rate * gradient)

    def _adam(self, variable, gradient, slots, rate, step_size, root_correction) -> None:
        definition = self.definition
        mean, square = slots
        if isinstance(definition, AdamW):
            variable.assign(variable * (1 - rate * definition.weight_decay))
        elif definition.weight_decay:
            gradient += definition.weight_decay * variable
        mean.assign_add((gradient - mean) * (1 - definition.beta1))
        square.assign(square * definition.beta2 + gradient * gradient * (1 - definition.beta2))
        denominator = tf.sqrt(square) / root_correction + definition.epsilon
        variable.assign_sub(step_size * (mean / denominator))


def describe_optimizer(optimizer: AlignedOptimizer) -> str:
    """A line on the live optimiser, in the same words as the other engine's."""
    definition = optimizer.definition
    count = sum(int(np.prod(v.shape)) for v in optimizer.variables)
    over = f"over {len(optimizer.variables)} tensors, {count} parameters"
    if isinstance(definition, Sgd):
        kind = "sgd" + (" nesterov" if definition.nesterov else "")
        return f"{kind} momentum {definition.momentum:g} decay {definition.weight_decay:g} coupled {over}"
    decay = "decoupled" if isinstance(definition, AdamW) else "coupled"
    kind = "adamw" if isinstance(definition, AdamW) else "adam"
    return (
        f"{kind} beta1 {definition.beta1:g} beta2 {definition.beta2:g} epsilon {definition.epsilon:g} after bias"
        f" correction decay {definition.weight_decay:g} {decay} {over}"
    )
