"""What a library's own optimiser does, told from its steps on a single number."""

from __future__ import annotations

import math
from typing import Literal

Decay = Literal["none", "coupled", "decoupled"]

GRADIENT = 1e-6
"""Of the step that tells of epsilon: small enough that Adam's epsilon shows beside it."""


def first_step_epsilon(learning_rate: float, update: float) -> float:
    """Adam's epsilon as it works in the first step.

    The first step is learning_rate * g / (|g| + epsilon), both moments corrected, where epsilon is added after the
    correction; one that is added before it shows as epsilon / √(1 - β₂).

    Args:
        learning_rate: Of the step.
        update: How far the step took a number whose gradient is `GRADIENT`; positive.
    """
    return GRADIENT * (learning_rate / update - 1)


def kind_of_decay(learning_rate: float, weight_decay: float, after: float) -> Decay:
    """Whether weight decay goes through the optimiser's buffers or beside them.

    Args:
        learning_rate: Of the steps.
        weight_decay: The live optimiser's.
        after: What has become of 1 in two steps with a gradient of 0.
    """
    if weight_decay == 0:
        return "none"
    beside = (1 - learning_rate * weight_decay) ** 2
    # The learning rate is a float32 in Keras.
    return "decoupled" if math.isclose(1 - after, 1 - beside, rel_tol=1e-5) else "coupled"
