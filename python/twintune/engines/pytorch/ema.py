"""An exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn


class WeightAverage:
    """The average of a phase's parameters: after each step, average = decay * average + (1 - decay) * weight.

    The average starts as a copy of the weights. Parameters that the phase doesn't train need no average. BatchNorm's
    running statistics are averages already: the model's own are used, as in `torch.optim.swa_utils.AveragedModel`.
    """

    def __init__(self, trained: Mapping[str, nn.Parameter], decay: float) -> None:
        """Starts the average.

        Args:
            trained: The parameters that the phase trains, by canonical name.
            decay: The decay of the average, 0 to 1.
        """
        self.decay = decay
        self.averages = {name: parameter.detach().clone() for name, parameter in trained.items()}
        self._parameters = dict(trained)

    @torch.no_grad()
    def update(self) -> None:
        """Updates the average by the weights after an optimiser step."""
        for name, parameter in self._parameters.items():
            self.averages[name].lerp_(parameter, 1 - self.decay)

    def swap(self) -> None:
        """Exchanges the weights and their averages; a second time puts both back bit for bit."""
        for name, parameter in self._parameters.items():
            self.averages[name], parameter.data = parameter.data, self.averages[name]

    @torch.no_grad()
    def adopt(self) -> None:
        """Makes the averages the weights."""
        for name, parameter in self._parameters.items():
            parameter.copy_(self.averages[name])
