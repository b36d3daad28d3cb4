"""The update rules of `torch.optim` (single-tensor forms), for one TensorFlow variable at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import tensorflow as tf

from twintune.protocol import Adam, AdamW, Optimizer, RmsProp, Sgd


class UpdateRule(Protocol):
    """How a variable follows from its gradient."""

    slots: tuple[str, ...]
    """The names of the buffers that it keeps for each variable, PyTorch's; all start at zero."""
    coefficients: int
    """Scalars that a step needs."""

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The scalars of a step, counted from 1, in double precision on the host."""
        ...

    def update(
        self,
        variable: tf.Variable,
        gradient: Any,
        slots: Sequence[tf.Variable],
        weight_decay: float,
        scalars: Sequence[tf.Tensor],
    ) -> None:
        """Updates a variable and its buffers; traced."""
        ...

    def describe(self) -> str:
        """Kind and constants, in the same words as the other engine's."""
        ...


def rule_of(definition: Optimizer) -> UpdateRule:
    """The rule of an optimiser."""
    if isinstance(definition, Sgd):
        return SgdRule(definition)
    if isinstance(definition, RmsProp):
        return RmsPropRule(definition)
    return AdamRule(definition)


class SgdRule:
    """Stochastic gradient descent, the rate outside of the momentum buffer."""

    coefficients = 1

    def __init__(self, definition: Sgd) -> None:
        self.definition = definition
        self.slots: tuple[str, ...] = ("momentum_buffer",) if definition.momentum else ()

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The rate."""
        return (learning_rate,)

    def update(self, variable, gradient, slots, weight_decay, scalars) -> None:
        """Updates a variable and its buffer."""
        (rate,), momentum = scalars, self.definition.momentum
        if weight_decay:
            gradient += weight_decay * variable
        for buffer in slots:
            buffer.assign(momentum * buffer + gradient)
            gradient = gradient + momentum * buffer if self.definition.nesterov else buffer
        variable.assign_sub(rate * gradient)

    def describe(self) -> str:
        """Kind and constants."""
        kind = "sgd nesterov" if self.definition.nesterov else "sgd"
        return f"{kind} momentum {self.definition.momentum:g} coupled decay"


class AdamRule:
    """Adam with coupled or, as AdamW, decoupled decay; epsilon after the bias correction."""

    coefficients = 3
    slots: tuple[str, ...] = ("exp_avg", "exp_avg_sq")

    def __init__(self, definition: Adam | AdamW) -> None:
        assert definition.epsilon is not None, "left open in idiomatic mode alone"
        self.definition, self._epsilon = definition, definition.epsilon

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The rate, the step size and the root of the second moment's bias correction."""
        correction1 = 1 - self.definition.beta1**step
        correction2 = 1 - self.definition.beta2**step
        return learning_rate, learning_rate / correction1, math.sqrt(correction2)

    def update(self, variable, gradient, slots, weight_decay, scalars) -> None:
        """Updates a variable and its moments."""
        definition, (mean, square) = self.definition, slots
        rate, step_size, root_correction = scalars
        if weight_decay and isinstance(definition, AdamW):
            variable.assign(variable * (1 - rate * weight_decay))
        elif weight_decay:
            gradient += weight_decay * variable
        mean.assign_add((gradient - mean) * (1 - definition.beta1))
        square.assign(square * definition.beta2 + gradient * gradient * (1 - definition.beta2))
        denominator = tf.sqrt(square) / root_correction + self._epsilon
        variable.assign_sub(step_size * (mean / denominator))

    def describe(self) -> str:
        """Kind and constants."""
        kind, decay = ("adamw", "decoupled") if isinstance(self.definition, AdamW) else ("adam", "coupled")
        return (
            f"{kind} beta1 {self.definition.beta1:g} beta2 {self.definition.beta2:g} epsilon {self._epsilon:g} after"
            f" bias correction {decay} decay"
        )


class RmsPropRule:
    """RMSprop, epsilon outside of the root."""

    coefficients = 1

    def __init__(self, definition: RmsProp) -> None:
        assert definition.epsilon is not None, "left open in idiomatic mode alone"
        self.definition, self._epsilon = definition, definition.epsilon
        self.slots: tuple[str, ...] = (
            "square_avg",
            *(("grad_avg",) if definition.centered else ()),
            *(("momentum_buffer",) if definition.momentum else ()),
        )

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The rate."""
        return (learning_rate,)

    def update(self, variable, gradient, slots, weight_decay, scalars) -> None:
        """Updates a variable and its buffers."""
        definition, buffers = self.definition, dict(zip(self.slots, slots, strict=True))
        (rate,), square = scalars, buffers["square_avg"]
        if weight_decay:
            gradient += weight_decay * variable
        square.assign(definition.smoothing * square + (1 - definition.smoothing) * gradient * gradient)
        variance = tf.convert_to_tensor(square)
        if definition.centered:
            mean = buffers["grad_avg"]
            mean.assign_add((gradient - mean) * (1 - definition.smoothing))
            variance -= tf.square(mean)
        step = gradient / (tf.sqrt(variance) + self._epsilon)
        if definition.momentum:
            buffer = buffers["momentum_buffer"]
            buffer.assign(definition.momentum * buffer + step)
            step = buffer
        variable.assign_sub(rate * step)

    def describe(self) -> str:
        """Kind and constants."""
        kind = "rmsprop centered" if self.definition.centered else "rmsprop"
        return (
            f"{kind} smoothing {self.definition.smoothing:g} momentum {self.definition.momentum:g}"
            f" epsilon {self._epsilon:g} coupled decay"
        )
