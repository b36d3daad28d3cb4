"""An exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf


class WeightAverage:
    """The average of a phase's parameters: after each step, average = decay * average + (1 - decay) * weight.

    The average starts as a copy of the weights. Parameters that the phase doesn't train need no average. BatchNorm's
    running statistics are averages already: the model's own are used, as in `torch.optim.swa_utils.AveragedModel`.
    """

    def __init__(self, trained: Mapping[str, tf.Variable], decay: float) -> None:
        """Starts the average.

        Args:
            trained: The variables that the phase trains, by canonical name.
            decay: The decay of the average, 0 to 1.
        """
        self.decay = decay
        self.averages = {name: tf.Variable(variable) for name, variable in trained.items()}
        self._variables = dict(trained)

    def update(self) -> None:
        """Updates the average by the weights after an optimiser step, into which it is traced."""
        for name, variable in self._variables.items():
            self.averages[name].assign_add((variable - self.averages[name]) * (1 - self.decay))

    def swap(self) -> None:
        """Exchanges the weights and their averages; a second time puts both back bit for bit."""
        for name, variable in self._variables.items():
            weights = tf.identity(variable)
            variable.assign(self.averages[name])
            self.averages[name].assign(weights)

    def adopt(self) -> None:
        """Makes the averages the weights."""
        for name, variable in self._variables.items():
            variable.assign(self.averages[name])
