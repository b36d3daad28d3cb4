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
from twintune.model.parameter_groups import LiveSettings, ParameterSettings, describe_optimizer_settings
from twintune.protocol import Optimizer


class AlignedOptimizer:
    """An optimiser: an update rule over named variables, each with its own learning rate and decay.

    No number of the rule is part of the traced step: each step is given all of them, learning rates and decays too, in
    one array of coefficients. The step keeps that array in `given`, which `describe_optimizer` reads.
    """

    def __init__(
        self, rule: UpdateRule, variables: Mapping[str, tf.Variable], settings: Mapping[str, ParameterSettings]
    ) -> None:
        self.rule = rule
        self.names = list(variables)
        self.variables = list(variables.values())
        self.groups = list(dict.fromkeys(settings[name] for name in variables))
        """The settings that at least one variable has, the head's first."""
        self.rows = [self.groups.index(settings[name]) for name in variables]
        """The row of the coefficients that each variable is updated with."""
        self.columns = ("rate", "weight_decay", *rule.scalars(1))
        """The names of the coefficients in a row."""
        self.slots = {slot: [tf.Variable(tf.zeros_like(v)) for v in self.variables] for slot in rule.slots}
        """The rule's buffers under PyTorch's names, one for each variable."""
        self.steps = 0
        self.learning_rate = 0.0
        """The head's learning rate in the last step, as its variables' dtype holds it."""
        self.given = tf.Variable(tf.zeros(self.coefficients_spec.shape, tf.float64), trainable=False)
        """The coefficients of the last step, as its kernels got them."""

    @property
    def coefficients_spec(self) -> tf.TensorSpec:
        """The spec of the array that `next_coefficients` returns."""
        return tf.TensorSpec([len(self.groups), len(self.columns)], tf.float64)

    def next_coefficients(self, learning_rate: float) -> np.ndarray:
        """The coefficients of the next step: a row for each group, as `columns` names them."""
        self.steps += 1
        scalars = self.rule.scalars(self.steps).values()
        rows = [(learning_rate * group.rate_scale, group.weight_decay, *scalars) for group in self.groups]
        coefficients = np.array(rows, np.float64)
        self._keep_learning_rate(coefficients[self.rows[0], self.columns.index("rate")])
        return coefficients

    def skip(self, learning_rate: float) -> None:
        """Skips a step, which then doesn't count."""
        self._keep_learning_rate(learning_rate * self.groups[self.rows[0]].rate_scale)

    def apply(self, gradients: Sequence[Any], coefficients: tf.Tensor) -> None:
        """Updates every variable; this is traced into the training step."""
        self.given.assign(coefficients)
        columns = dict(zip(self.columns, tf.unstack(coefficients, axis=1), strict=True))
        factors = {
            name: tf.unstack(tf.cast(column, self.variables[0].dtype), len(self.groups))
            for name, column in self.rule.factors(columns).items()
        }
        for index, (variable, gradient, row) in enumerate(zip(self.variables, gradients, self.rows, strict=True)):
            slots = [self.slots[slot][index] for slot in self.rule.slots]
            scalars = {name: column[row] for name, column in factors.items()}
            self.rule.update(variable, gradient, slots, scalars, decays=self.decays(row))

    def decays(self, row: int) -> bool:
        """Whether the step, as it is traced, decays the variables of a group at all, which takes a pass over them."""
        return self.groups[row].weight_decay != 0

    def _keep_learning_rate(self, rate: float) -> None:
        self.learning_rate = float(np.asarray(rate, self.variables[0].dtype.as_numpy_dtype))


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
    """Describes the live optimiser in one line, in the same words as the other engine.

    Rates, decays and constants are those that the last step's kernels got.
    """
    given = [dict(zip(optimizer.columns, map(float, row), strict=True)) for row in optimizer.given.numpy()]
    return describe_optimizer_settings(
        [
            LiveSettings(
                rule=optimizer.rule.describe(given[row]),
                rate=given[row]["rate"],
                weight_decay=given[row]["weight_decay"] if optimizer.decays(row) else 0.0,
                elements=variable.shape.num_elements(),
            )
            for variable, row in zip(optimizer.variables, optimizer.rows, strict=True)
        ]
    )
