"""The optimisers of aligned mode, with PyTorch's arithmetic, as updates of TensorFlow variables.

Keras' own optimisers differ in meaning: Adam's epsilon is added before the bias correction, RMSprop's inside of the
root, decay is always decoupled, and the learning rate stands inside of the momentum buffer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from twintune.engines.tensorflow.update_rules import UpdateRule, rule_of
from twintune.model.parameter_groups import ParameterSettings, describe_groups
from twintune.protocol import Optimizer


class AlignedOptimizer:
    """An optimiser: an update rule over named variables, each with its own learning rate and decay."""

    def __init__(
        self, rule: UpdateRule, variables: Mapping[str, tf.Variable], settings: Mapping[str, ParameterSettings]
    ) -> None:
        self.rule = rule
        self.names = list(variables)
        self.variables = list(variables.values())
        self.settings = [settings[name] for name in variables]
        self.slots = {slot: [tf.Variable(tf.zeros_like(v)) for v in self.variables] for slot in rule.slots}
        """The rule's buffers under PyTorch's names, one for each variable."""
        self.steps = 0
        self.learning_rate = 0.0
        """The learning rate of the last step, before any scale."""
        self._scales = sorted({entry.rate_scale for entry in self.settings})

    @property
    def coefficients_spec(self) -> tf.TensorSpec:
        """The spec of the array that `next_coefficients` returns."""
        return tf.TensorSpec([len(self._scales), self.rule.coefficients], tf.float64)

    def next_coefficients(self, learning_rate: float) -> np.ndarray:
        """The scalars of the next step: a row for each scale of the learning rate."""
        self.learning_rate = learning_rate
        self.steps += 1
        return np.array([self.rule.scalars(learning_rate * scale, self.steps) for scale in self._scales])

    def skip(self, learning_rate: float) -> None:
        """Skips a step, which then doesn't count."""
        self.learning_rate = learning_rate

    def apply(self, gradients: Sequence[Any], coefficients: tf.Tensor) -> None:
        """Updates every variable; this is traced into the training step."""
        rows = tf.unstack(tf.cast(coefficients, self.variables[0].dtype), len(self._scales))
        scalars = {
            scale: tf.unstack(row, self.rule.coefficients) for scale, row in zip(self._scales, rows, strict=True)
        }
        updates = zip(self.variables, gradients, self.settings, strict=True)
        for index, (variable, gradient, settings) in enumerate(updates):
            slots = [self.slots[slot][index] for slot in self.rule.slots]
            self.rule.update(variable, gradient, slots, settings.weight_decay, scalars[settings.rate_scale])


def build_optimizer(
    definition: Optimizer, trained: Mapping[str, tf.Variable], settings: Mapping[str, ParameterSettings]
) -> AlignedOptimizer:
    """Makes the optimiser, with buffers of zeros.

    Args:
        definition: The optimiser's kind and constants; aligned mode leaves none open.
        trained: The variables that the optimiser updates, by canonical name.
        settings: The settings of each variable.
    """
    dtype = next((variable.dtype.name for variable in trained.values()), "float32")
    return AlignedOptimizer(rule_of(definition, dtype), trained, settings)


def describe_optimizer(optimizer: AlignedOptimizer) -> str:
    """Describes the live optimiser in one line, in the same words as the other engine."""
    groups = describe_groups(
        (settings.rate_scale, settings.weight_decay, variable.shape.num_elements())
        for variable, settings in zip(optimizer.variables, optimizer.settings, strict=True)
    )
    return f"{optimizer.rule.describe()}: {groups}"
