"""The update rules of `torch.optim` (single-tensor forms), for one TensorFlow variable at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from twintune.protocol import Adam, AdamW, Optimizer, RmsProp, Sgd


class UpdateRule(Protocol):
    """The rule by which a variable is updated from its gradient."""

    slots: tuple[str, ...]
    """PyTorch's names of the buffers that the rule keeps for each variable; all start at zero."""
    coefficients: int
    """The number of scalars that a step needs."""

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
        """Updates a variable and its buffers; this is traced."""
        ...

    def describe(self) -> str:
        """Describes the rule's kind and constants, in the same words as the other engine."""
        ...


def rule_of(definition: Optimizer, dtype: str) -> UpdateRule:
    """The update rule of an optimiser, for variables of a dtype."""
    if isinstance(definition, Sgd):
        return SgdRule(definition)
    if isinstance(definition, RmsProp):
        return RmsPropRule(definition)
    return AdamRule(definition, dtype)


class SgdRule:
    """Stochastic gradient descent, with the learning rate outside of the momentum buffer."""

    coefficients = 1

    def __init__(self, definition: Sgd) -> None:
        self.definition = definition
        self.slots: tuple[str, ...] = ("momentum_buffer",) if definition.momentum else ()

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The learning rate of the step."""
        return (learning_rate,)

    def update(self, variable, gradient, slots, weight_decay, scalars) -> None:
        """Updates a variable and its buffer, in one pass over them."""
        (rate,), definition = scalars, self.definition
        if weight_decay:
            gradient += weight_decay * variable
        if not slots:
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=rate, delta=gradient)
            return
        (buffer,) = slots
        tf.raw_ops.ResourceApplyMomentum(
            var=variable.handle,
            accum=buffer.handle,
            lr=rate,
            grad=gradient,
            momentum=definition.momentum,
            use_nesterov=definition.nesterov,
        )

    def describe(self) -> str:
        """Describes the rule's kind and constants."""
        kind = "sgd nesterov" if self.definition.nesterov else "sgd"
        return f"{kind} momentum {self.definition.momentum:g} coupled decay"


class AdamRule:
    """Adam with coupled or, as AdamW, decoupled decay; epsilon after the bias correction.

    TensorFlow's kernel takes one pass where single operations take fourteen: the update of a head takes a third of the
    time. By itself the kernel would add epsilon before the bias correction, and compute the corrections from powers of
    the betas in the variable's dtype, where 1 - 0.999 has no more than five right digits. So it is given a step size
    and an epsilon that include the corrections, and no powers.
    """

    coefficients = 3
    slots: tuple[str, ...] = ("exp_avg", "exp_avg_sq")

    def __init__(self, definition: Adam | AdamW, dtype: str) -> None:
        """Makes the rule of an optimiser, for variables of a dtype."""
        assert definition.epsilon is not None, "left open in idiomatic mode alone"
        self.definition, self._epsilon = definition, definition.epsilon
        self._beta1, beta2 = (float(np.dtype(dtype).type(beta)) for beta in (definition.beta1, definition.beta2))
        # The kernel weighs a square by 1 less the rounded beta, PyTorch's by the rounded difference: a constant factor
        # of the second moment, since both let it decay by the rounded beta.
        self._square_scale = (1 - beta2) / (1 - definition.beta2)

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The learning rate, and the kernel's step size and epsilon."""
        correction1 = 1 - self._beta1**step
        root_correction = math.sqrt((1 - self.definition.beta2**step) * self._square_scale)
        return learning_rate, learning_rate * root_correction / correction1, self._epsilon * root_correction

    def update(self, variable, gradient, slots, weight_decay, scalars) -> None:
        """Updates a variable and its moments."""
        definition, (mean, square) = self.definition, slots
        rate, step_size, epsilon = scalars
        if weight_decay and isinstance(definition, AdamW):
            variable.assign(variable * (1 - rate * weight_decay))
        elif weight_decay:
            gradient += weight_decay * variable
        no_power = tf.zeros([], variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=mean.handle,
            v=square.handle,
            beta1_power=no_power,
            beta2_power=no_power,
            lr=step_size,
            beta1=definition.beta1,
            beta2=definition.beta2,
            epsilon=epsilon,
            grad=gradient,
        )

    def describe(self) -> str:
        """Describes the rule's kind and constants."""
        kind, decay = ("adamw", "decoupled") if isinstance(self.definition, AdamW) else ("adam", "coupled")
        return (
            f"{kind} beta1 {self.definition.beta1:g} beta2 {self.definition.beta2:g} epsilon {self._epsilon:g} after"
            f" bias correction {decay} decay"
        )


class RmsPropRule:
    """RMSprop, with epsilon outside of the root."""

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
        """The learning rate of the step."""
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
        """Describes the rule's kind and constants."""
        kind = "rmsprop centered" if self.definition.centered else "rmsprop"
        return (
            f"{kind} smoothing {self.definition.smoothing:g} momentum {self.definition.momentum:g}"
            f" epsilon {self._epsilon:g} coupled decay"
        )
