"""Training steps that can be cut short, for their profile."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from twintune.engines.engine import StepInputs
from twintune.engines.pytorch.steps import TrainStep


class AlignedStepParts:
    """Those of aligned mode's step (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, step: TrainStep, to_device: Callable[[StepInputs], tuple]) -> None:
        self._step, self._to_device = step, to_device

    def transfer(self, step: StepInputs) -> tuple:
        """A batch as the step takes it."""
        return self._to_device(step)

    def forward(self, batch: tuple) -> object:
        """The loss, with all that its gradients will need."""
        return self._step.forward(*batch[:-2])

    def differentiate(self, batch: tuple) -> object:
        """The loss and its gradients, which are forgotten."""
        objective, *_ = self._step.forward(*batch[:-2])
        objective.backward()
        self._step.forget_gradients()
        return objective

    def train(self, batch: tuple) -> object:
        """The whole step."""
        return self._step(*batch)


class IdiomaticStepParts:
    """Those of the listing's loop (see `twintune.engines.engine.StepParts`)."""

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        compute_loss: Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]],
        to_device: Callable[[StepInputs], tuple[torch.Tensor, torch.Tensor]],
        train: Callable[[torch.Tensor, torch.Tensor], object],
    ) -> None:
        """Takes hold of a phase.

        Args:
            model: What is trained.
            optimizer: Holds the parameters to train.
            compute_loss: Gives outputs and loss of a batch.
            to_device: Gives images and labels of a batch on the device.
            train: Takes one step of the listing's loop.
        """
        self._model, self._optimizer = model, optimizer
        self._compute_loss, self._to_device, self._train = compute_loss, to_device, train

    def transfer(self, step: StepInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Images and labels."""
        return self._to_device(step)

    def forward(self, batch: tuple[torch.Tensor, torch.Tensor]) -> object:
        """The loss, with all that its gradients will need."""
        self._model.train()
        return self._compute_loss(*batch)

    def differentiate(self, batch: tuple[torch.Tensor, torch.Tensor]) -> object:
        """The loss and its gradients, which are forgotten."""
        self._model.train()
        _, loss = self._compute_loss(*batch)
        loss.backward()
        self._optimizer.zero_grad()
        return loss

    def train(self, batch: tuple[torch.Tensor, torch.Tensor]) -> object:
        """The whole step."""
        return self._train(*batch)
