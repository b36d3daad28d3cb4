"""Training and evaluation steps over tensors that are on the device already."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from twintune.engines.engine import StepInputs
from twintune.engines.fact_lines import describe_step
from twintune.engines.pytorch.batch_norm import evaluating, synchronizing
from twintune.engines.pytorch.compiling import compile_function
from twintune.engines.pytorch.device import Device
from twintune.engines.pytorch.ema import WeightAverage
from twintune.engines.pytorch.loss_scaling import LossScaling
from twintune.engines.pytorch.memory_format import as_layer_input
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.optimizer import set_learning_rate
from twintune.engines.pytorch.replicas import Replicas
from twintune.protocol import Training


class TrainStep:
    """The training step: trains on a batch; the last batch of an accumulation group ends in the optimiser's step.

    The order is PyTorch's: gradients are summed over the group, unscaled, divided by its weight, clipped; then the
    optimiser decays and steps, and the average follows.
    """

    def __init__(
        self,
        model: AlignedModel,
        optimizer: torch.optim.Optimizer,
        average: WeightAverage | None,
        loss_scaling: LossScaling,
        suffix: Callable,
        training: Training,
        replicas: Replicas,
    ) -> None:
        """Takes the parts of a phase's training step.

        Args:
            model: The model to train.
            optimizer: The optimiser, which holds the parameters to train.
            average: The moving average of the parameters, if one is kept.
            loss_scaling: The loss scaling, which in float16 scales the loss and skips steps whose gradients overflow.
            suffix: A function from the inputs to pooled features.
            training: The training settings, which give the batches of a group, the largest norm of the gradients, and
            whether steps are compiled.
            replicas: The replicas that share each batch, this one among them.
        """
        self.accumulation = training.gradient_accumulation
        self.clip_norm = training.clip_gradient_norm
        self.average = average
        self._model, self._optimizer, self._loss_scaling = model, optimizer, loss_scaling
        self._suffix = suffix
        self._compiled = training.compile
        self._logits = compile_function(self._compute_logits) if self._compiled else self._compute_logits
        self._replicas = replicas
        if replicas.count > 1:
            self._wrapped = replicas.wrap(_Replica(model, self._compute_logits))
            self._logits = self._compute_logits_together
        self._last_bias = model.layers[-1].bias
        self._parameters = {
            name: parameter
            for group in optimizer.param_groups
            for name, parameter in zip(group["param_names"], group["params"], strict=True)
        }

    def __call__(self, step: StepInputs) -> Any:
        """Trains on a batch.

        Args:
            step: The step, whose arrays are tensors on the device, as `to_device` makes them.

        Returns:
            Loss, right answers, number of images and their summed weight, whether the optimiser moved the head, and the
            number of replicas that took part.
        """
        targets: Any = step.targets
        with self._summed(is_last=step.divisor is not None):
            objective, loss, correct = self.forward(step)
            objective.backward()
        moved = None if step.divisor is None else self._end_group(step.divisor, step.learning_rate)
        if self._replicas.count == 1:
            return loss, correct, len(step.inputs), targets.coefficients.sum(), moved, 1
        own = [loss, correct, correct.new_tensor(len(step.inputs)), targets.coefficients.sum(), torch.ones_like(loss)]
        loss, correct, images, weight, count = self._replicas.sum(torch.stack([each.double() for each in own]))
        return loss, correct, images, weight, moved, count

    def forward(self, step: StepInputs) -> Any:
        """Computes the objective that is differentiated, the batch's loss and the number of right answers."""
        targets: Any = step.targets
        logits = self._logits(step.inputs, step.masks)
        loss_sum = -(targets.coefficients * functional.log_softmax(logits, dim=1)).sum()
        loss = loss_sum / targets.weight
        # The loss of a batch that is a group by itself is divided before there are gradients, which spares a pass over
        # them.
        objective = self._loss_scaling.scale(loss if self.accumulation == 1 else loss_sum)
        return objective, loss.detach(), (logits.detach().argmax(dim=1) == targets.labels).sum()

    def differentiate(self, step: StepInputs) -> Any:
        """Computes the same as `forward`, and the gradients, which are discarded."""
        outcome = self.forward(step)
        outcome[0].backward()
        self._forget_gradients()
        return outcome

    def gradients(self, step: StepInputs) -> dict[str, torch.Tensor]:
        """Computes the gradients of a batch's loss by canonical name, neither scaled nor clipped; no step is taken."""
        objective, _, _ = self.forward(step)
        objective.backward()
        divisor = self._loss_scaling.get_scale() * (step.targets.weight if self.accumulation > 1 else 1)
        gradients = {name: parameter.grad / divisor for name, parameter in self._parameters.items()}
        self._forget_gradients()
        return gradients

    def take_optimizer_step(
        self, gradients: Mapping[str, torch.Tensor], learning_rate: float, clips: bool = True
    ) -> None:
        """Takes the step at the end of a group on given gradients, by canonical name, which are not scaled."""
        clip_norm = self.clip_norm
        for name, parameter in self._parameters.items():
            # The gradient gets the parameter's memory format, as its own gradients have it.
            parameter.grad = self._loss_scaling.scale(torch.empty_like(parameter).copy_(gradients[name]))
        self.clip_norm = clip_norm if clips else None
        try:
            self._end_group(1.0, learning_rate)
        finally:
            self.clip_norm = clip_norm

    def describe(self) -> str:
        """Describes the step in one line, in the same words as the other engine."""
        average_decay = self.average and self.average.decay
        return describe_step(self.accumulation, self.clip_norm, average_decay, self._compiled)

    def _compute_logits(self, inputs, masks):
        return self._model.logits(self._suffix(inputs), masks)

    def _compute_logits_together(self, inputs, masks):
        sum_within = self._replicas.sum_within if self._replicas.batch_norm == "synchronized" else None
        with synchronizing(self._model.batch_norms, sum_within):
            return self._wrapped(inputs, masks)

    def _summed(self, is_last: bool) -> AbstractContextManager:
        """Sums gradients over the replicas with the last batch of a group, which has those of the batches before."""
        return contextlib.nullcontext() if is_last or self._replicas.count == 1 else self._wrapped.no_sync()

    def _forget_gradients(self) -> None:
        self._optimizer.zero_grad(set_to_none=True)

    def _end_group(self, divisor: float, learning_rate: float) -> torch.Tensor:
        """Takes the optimiser's step, and looks at the live weights whether it has."""
        before = self._last_bias.detach().clone()
        self._loss_scaling.unscale_(self._optimizer)
        if self.accumulation > 1:
            for parameter in self._parameters.values():
                parameter.grad.div_(divisor)
        if self.clip_norm is not None:
            clip_grad_norm_(self._parameters.values(), self.clip_norm)
        set_learning_rate(self._optimizer, learning_rate)
        has_stepped = self._loss_scaling.take_step(self._optimizer)
        self._forget_gradients()
        if has_stepped and self.average is not None:
            self.average.update()
        return (self._last_bias.detach() != before).any()


class _Replica(nn.Module):
    """The model of a replica, in the form that DistributedDataParallel wraps."""

    def __init__(self, model: AlignedModel, logits: Callable) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, nn.ModuleList(model.layers)
        self._logits = logits

    def forward(self, inputs, masks):
        return self._logits(inputs, masks)


def to_device(step: StepInputs, device: Device) -> StepInputs:
    """The same step with its arrays as tensors on the device, images and maps channels first."""
    targets = dataclasses.replace(
        step.targets, labels=device.put(step.targets.labels), coefficients=device.put(step.targets.coefficients)
    )
    inputs, masks = as_layer_input(device.put(step.inputs)), tuple(device.put(mask) for mask in step.masks)
    return dataclasses.replace(step, inputs=inputs, targets=targets, masks=masks)


def build_eval_step(model: AlignedModel, suffix: Callable) -> Callable:
    """Makes a function that computes logits in inference mode."""

    @torch.inference_mode()
    def eval_step(inputs):
        with evaluating(model.batch_norms):
            return model.logits(suffix(inputs))

    return eval_step
