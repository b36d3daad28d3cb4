"""The update rules of `torch.optim` (single-tensor forms), for one TensorFlow variable at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from twintune.protocol import Adam, AdamW, Optimizer, RmsProp, Sgd

Columns = Mapping[str, tf.Tensor]
"""Vectors in double precision by name, each with a value for each group of variables."""

Scalars = Mapping[str, tf.Tensor]
"""Scalars in the variable's dtype by name."""


class UpdateRule(Protocol):
    """The rule by which a variable is updated from its gradient.

    Its constants go a way that can be read: `scalars` gives them to each step, `factors` makes of them what the kernels
    take, `update` has no other numbers, and `describe` tells those that a step was given.
    """

    slots: tuple[str, ...]
    """PyTorch's names of the buffers that the rule keeps for each variable; all start at zero."""

    def scalars(self, step: int) -> dict[str, float]:
        """The constants of a step, counted from 1, in double precision on the host."""
        ...

    def factors(self, given: Columns) -> dict[str, tf.Tensor]:
        """Computes the numbers that the update takes from `rate`, `weight_decay` and the constants; this is traced."""
        ...

    def update(
        self, variable: tf.Variable, gradient: Any, slots: Sequence[tf.Variable], scalars: Scalars, decays: bool
    ) -> None:
        """Updates a variable and its buffers by its group's factors; this is traced."""
        ...

    def describe(self, given: Mapping[str, float]) -> str:
        """Describes the rule's kind and the constants of a step, in the same words as the other engine."""
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

    def __init__(self, definition: Sgd) -> None:
        self.momentum = definition.momentum
        self.nesterov = definition.nesterov
        """Whether the kernel takes Nesterov's step; the description reads it here too."""
        self.slots: tuple[str, ...] = ("momentum_buffer",) if definition.momentum else ()

    def scalars(self, step: int) -> dict[str, float]:
        """The momentum."""
        return {"momentum": self.momentum}

    def factors(self, given: Columns) -> dict[str, tf.Tensor]:
        """The numbers as they are."""
        return dict(given)

    def update(self, variable, gradient, slots, scalars, decays) -> None:
        """Updates a variable and its buffer, in one pass over them."""
        if decays:
            gradient += scalars["weight_decay"] * variable
        if not slots:
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=scalars["rate"], delta=gradient)
            return
        (buffer,) = slots
        tf.raw_ops.ResourceApplyMomentum(
            var=variable.handle,
            accum=buffer.handle,
            lr=scalars["rate"],
            grad=gradient,
            momentum=scalars["momentum"],
            use_nesterov=self.nesterov,
        )

    def describe(self, given: Mapping[str, float]) -> str:
        """Describes the rule's kind and constants."""
        kind = "sgd nesterov" if self.nesterov else "sgd"
        # Without a buffer there is no momentum, whatever the step was given.
        momentum = given["momentum"] if self.slots else 0.0
        return f"{kind} momentum {momentum:g} coupled decay"


class AdamRule:
    """Adam with coupled or, as AdamW, decoupled decay; epsilon after the bias correction.

    TensorFlow's kernel takes one pass where single operations take fourteen: the update of a head takes a third of the
    time. By itself the kernel would add epsilon before the bias correction, and compute the corrections from powers of
    the betas in the variable's dtype, where 1 - 0.999 has no more than five right digits. So it is given a step size
    and an epsilon that include the corrections, and no powers.
    """

    slots: tuple[str, ...] = ("exp_avg", "exp_avg_sq")

    def __init__(self, definition: Adam | AdamW, dtype: str) -> None:
        """Makes the rule of an optimiser, for variables of a dtype."""
        assert definition.epsilon is not None, "left open in idiomatic mode alone"
        self.beta1, self.beta2, self.epsilon = definition.beta1, definition.beta2, definition.epsilon
        self.decoupled = isinstance(definition, AdamW)
        """Whether decay passes the moments by; the description reads it here too."""
        self._round = np.dtype(dtype).type

    def scalars(self, step: int) -> dict[str, float]:
        """The betas and epsilon, and the factors by which bias correction changes learning rate and epsilon."""
        beta1, beta2 = float(self._round(self.beta1)), float(self._round(self.beta2))
        # The kernel weighs a square by 1 less the rounded beta, PyTorch's by the rounded difference: a constant factor
        # of the second moment, since both let it decay by the rounded beta.
        square_scale = (1 - beta2) / (1 - self.beta2)
        root_correction = math.sqrt((1 - self.beta2**step) * square_scale)
        return {
            "beta1": self.beta1,
            "beta2": self.beta2,
            "epsilon": self.epsilon,
            "rate_correction": root_correction / (1 - beta1**step),
            "epsilon_correction": root_correction,
        }

    def factors(self, given: Columns) -> dict[str, tf.Tensor]:
        """The kernel's step size, epsilon and betas, and the decay's factor."""
        rate, decay = given["rate"], given["weight_decay"]
        return {
            "step_size": rate * given["rate_correction"],
            "epsilon": given["epsilon"] * given["epsilon_correction"],
            "beta1": given["beta1"],
            "beta2": given["beta2"],
            "decay": 1 - rate * decay if self.decoupled else decay,
        }

    def update(self, variable, gradient, slots, scalars, decays) -> None:
        """Updates a variable and its moments."""
        mean, square = slots
        if decays and self.decoupled:
            variable.assign(variable * scalars["decay"])
        elif decays:
            gradient += scalars["decay"] * variable
        no_power = tf.zeros([], variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=mean.handle,
            v=square.handle,
            beta1_power=no_power,
            beta2_power=no_power,
            lr=scalars["step_size"],
            beta1=scalars["beta1"],
            beta2=scalars["beta2"],
            epsilon=scalars["epsilon"],
            grad=gradient,
        )

    def describe(self, given: Mapping[str, float]) -> str:
        """Describes the rule's kind and constants."""
        kind, decay = ("adamw", "decoupled") if self.decoupled else ("adam", "coupled")
        return (
            f"{kind} beta1 {given['beta1']:g} beta2 {given['beta2']:g} epsilon {given['epsilon']:g} after"
            f" bias correction {decay} decay"
        )


class RmsPropRule:
    """RMSprop, with epsilon outside of the root."""

    def __init__(self, definition: RmsProp) -> None:
        assert definition.epsilon is not None, "left open in idiomatic mode alone"
        self.smoothing, self.momentum, self.epsilon = definition.smoothing, definition.momentum, definition.epsilon
        self.slots: tuple[str, ...] = (
            "square_avg",
            *(("grad_avg",) if definition.centered else ()),
            *(("momentum_buffer",) if definition.momentum else ()),
        )

    def scalars(self, step: int) -> dict[str, float]:
        """The smoothing, the momentum and epsilon."""
        return {"smoothing": self.smoothing, "momentum": self.momentum, "epsilon": self.epsilon}

    def factors(self, given: Columns) -> dict[str, tf.Tensor]:
        """The numbers as they are, and the share of a new gradient."""
        return {**given, "novelty": 1 - given["smoothing"]}

    def update(self, variable, gradient, slots, scalars, decays) -> None:
        """Updates a variable and its buffers."""
        buffers = dict(zip(self.slots, slots, strict=True))
        square, novelty = buffers["square_avg"], scalars["novelty"]
        if decays:
            gradient += scalars["weight_decay"] * variable
        square.assign(scalars["smoothing"] * square + novelty * gradient * gradient)
        variance = tf.convert_to_tensor(square)
        if "grad_avg" in buffers:
            mean = buffers["grad_avg"]
            mean.assign_add((gradient - mean) * novelty)
            variance -= tf.square(mean)
        step = gradient / (tf.sqrt(variance) + scalars["epsilon"])
        if "momentum_buffer" in buffers:
            buffer = buffers["momentum_buffer"]
            buffer.assign(scalars["momentum"] * buffer + step)
            step = buffer
        variable.assign_sub(scalars["rate"] * step)

    def describe(self, given: Mapping[str, float]) -> str:
        """Describes the rule's kind and constants."""
        kind = "rmsprop centered" if "grad_avg" in self.slots else "rmsprop"
        momentum = given["momentum"] if "momentum_buffer" in self.slots else 0.0
        return (
            f"{kind} smoothing {given['smoothing']:g} momentum {momentum:g} epsilon {given['epsilon']:g} coupled decay"
        )
