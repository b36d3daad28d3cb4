"""Parts of training steps, which can be cut short for their profile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
from torch import nn

from twintune.engines.engine import StepInputs
from twintune.engines.pytorch.device import Device
from twintune.engines.pytorch.steps import TrainStep, to_device


class AlignedStepParts:
    """The parts of aligned mode's training step (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, step: TrainStep, device: Device) -> None:
        """Takes the step of a phase that has been started.

        Args:
            step: The phase's training step.
            device: The model's device.
        """
        self._step, self._device = step, device

    def transfer(self, step: StepInputs) -> StepInputs:
        """Makes tensors of the step's arrays on the device."""
        return to_device(step, self._device)

    def forward(self, batch: StepInputs) -> object:
        """Computes the loss, and keeps all that its gradients need."""
        return self._step.forward(batch)

    def differentiate(self, batch: StepInputs) -> object:
        """Computes the loss and its gradients, which are discarded."""
        return self._step.differentiate(batch)

    def train(self, batch: StepInputs) -> object:
        """Takes the whole step."""
        return self._step(batch)


class IdiomaticStepParts:
    """The parts of the listing's training step (see `twintune.engines.engine.StepParts`)."""

    def __init__(
        self,
        model: nn.Module,
        compute_loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        train: Callable[[StepInputs], object],
        device: Device,
    ) -> None:
        """Takes the parts of a phase that has been started.

        Args:
            model: The model to train.
            compute_loss: A function that computes the loss of images and labels in training mode.
            train: A function that takes one step of the listing's loop.
            device: The model's device.
        """
        self._model, self._compute_loss, self._train, self._device = model, compute_loss, train, device

    def transfer(self, step: StepInputs) -> StepInputs:
        """Moves the step's images and labels to the device."""
        labels = torch.as_tensor(step.targets.labels).to(self._device.native)
        targets = dataclasses.replace(step.targets, labels=labels)
        return dataclasses.replace(step, inputs=step.inputs.to(self._device.native), targets=targets)

    def forward(self, batch: StepInputs) -> object:
        """Computes the loss, and keeps all that its gradients need."""
        return self._loss_of(batch)

    def differentiate(self, batch: StepInputs) -> object:
        """Computes the loss and its gradients, which are discarded."""
        loss = self._loss_of(batch)
        loss.backward()
        self._model.zero_grad()
        return loss

    def train(self, batch: StepInputs) -> object:
        """Takes the whole step."""
        return self._train(batch)

    def _loss_of(self, batch: StepInputs) -> torch.Tensor:
        images, labels = batch.inputs, torch.as_tensor(batch.targets.labels)
        return self._compute_loss(images, labels)
