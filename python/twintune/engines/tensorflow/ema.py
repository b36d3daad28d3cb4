"""An exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf


class WeightAverage:
    """The average of what a phase trains: of every step, average = decay * average + (1 - decay) * weight.

    It starts as a copy of the weights. What the phase leaves as it is needs no average, and BatchNorm's running
    statistics are averages already: the model's own serve, as in `torch.optim.swa_utils.AveragedModel`.
    """

    def __init__(self, trained: Mapping[str, tf.Variable], decay: float) -> None:
        """Starts the average.

        Args:
            trained: What the phase trains, by canonical name.
            decay: 0 to 1.
        """
        self.decay = decay
        self.averages = {name: tf.Variable(variable) for name, variable in trained.items()}
        self._variables = dict(trained)

    def update(self) -> None:
        """Takes in the weights after an optimiser step; traced into it."""
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
