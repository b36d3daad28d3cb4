"""Probes of a library's own optimiser, by its steps on a single number."""

from __future__ import annotations

import math
from typing import Literal

Decay = Literal["none", "coupled", "decoupled"]

GRADIENT = 1e-6
"""The gradient of the step that shows epsilon: small enough that Adam's epsilon matters beside it."""


def first_step_epsilon(learning_rate: float, update: float) -> float:
    """Adam's epsilon as it works in the first step.

    The first step is learning_rate * g / (|g| + epsilon), with both moments corrected, if epsilon is added after the
    correction; an epsilon that is added before it shows as epsilon / √(1 - β₂).

    Args:
        learning_rate: The learning rate of the step.
        update: The distance by which the step moved a number whose gradient is `GRADIENT`; positive.
    """
    return GRADIENT * (learning_rate / update - 1)


def kind_of_decay(learning_rate: float, weight_decay: float, after: float) -> Decay:
    """The kind of weight decay: coupled (through the optimiser's buffers), decoupled (beside them) or none.

    Args:
        learning_rate: The learning rate of the steps.
        weight_decay: The live optimiser's weight decay.
        after: The value that 1 has after two steps with a gradient of 0.
    """
    if weight_decay == 0:
        return "none"
    beside = (1 - learning_rate * weight_decay) ** 2
    # The learning rate is a float32 in Keras.
    return "decoupled" if math.isclose(1 - after, 1 - beside, rel_tol=1e-5) else "coupled"
