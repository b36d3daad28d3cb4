"""Steps over tensors that are on the device already."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from twintune.engines.fact_lines import describe_step
from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.compiling import compile_function
from twintune.engines.pytorch.ema import WeightAverage
from twintune.engines.pytorch.loss_scaling import LossScaling
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.optimizer import set_learning_rate
from twintune.protocol import Training


class TrainStep:
    """Trains on a batch; of a group of batches the last one ends in the optimiser's step.

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
    ) -> None:
        """Takes hold of what a phase trains.

        Args:
            model: What is trained.
            optimizer: Holds the parameters to train.
            average: Follows them.
            loss_scaling: In float16 scales the loss, and skips the steps whose gradients overflow.
            suffix: Makes pooled features of the inputs.
            training: Gives the batches of a group, the largest norm of the gradients, and whether steps are compiled.
        """
        self.accumulation = training.gradient_accumulation
        self.clip_norm = training.clip_gradient_norm
        self.average = average
        self._model, self._optimizer, self._loss_scaling = model, optimizer, loss_scaling
        self._suffix = suffix
        self._compiled = training.compile
        self._logits = compile_function(self._compute_logits) if self._compiled else self._compute_logits
        self._parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]

    def __call__(self, inputs, labels, targets, weight, masks, learning_rate, divisor):
        """Trains on a batch, which is given as in `twintune.engines.engine.StepInputs`.

        Returns:
            The loss and the number of right answers.
        """
        objective, loss, correct = self.forward(inputs, labels, targets, weight, masks)
        objective.backward()
        if divisor is not None:
            self._end_group(divisor, learning_rate)
        return loss, correct

    def forward(self, inputs, labels, targets, weight, masks):
        """What a batch's gradients are of, its loss and the number of right answers."""
        logits = self._logits(inputs, masks)
        loss_sum = -(targets * functional.log_softmax(logits, dim=1)).sum()
        loss = loss_sum / weight
        # A batch that is a group by itself is divided before there are gradients: that spares a pass over them.
        objective = self._loss_scaling.scale(loss if self.accumulation == 1 else loss_sum)
        return objective, loss.detach(), (logits.detach().argmax(dim=1) == labels).sum()

    def _compute_logits(self, inputs, masks):
        return self._model.logits(self._suffix(inputs), masks)

    def forget_gradients(self) -> None:
        """Frees the gradients of a group."""
        self._optimizer.zero_grad(set_to_none=True)

    def gradients(self, inputs, labels, targets, weight, masks) -> dict[nn.Parameter, torch.Tensor]:
        """The gradients of a batch's loss, neither scaled nor clipped; no step is taken."""
        self(inputs, labels, targets, weight, masks, 0.0, None)
        divisor = self._loss_scaling.get_scale() * (weight if self.accumulation > 1 else 1)
        gradients = {parameter: parameter.grad / divisor for parameter in self._parameters}
        self.forget_gradients()
        return gradients

    def take_optimizer_step(self, learning_rate: float) -> None:
        """Takes the step at the end of a group on the gradients that the parameters have; they are not scaled."""
        for parameter in self._parameters:
            parameter.grad = self._loss_scaling.scale(parameter.grad)
        self._end_group(1.0, learning_rate)

    def describe(self) -> str:
        """A line on the step, in the same words as the other engine's."""
        average_decay = self.average and self.average.decay
        return describe_step(self.accumulation, self.clip_norm, average_decay, self._compiled)

    def _end_group(self, divisor: float, learning_rate: float) -> None:
        self._loss_scaling.unscale_(self._optimizer)
        if self.accumulation > 1:
            for parameter in self._parameters:
                parameter.grad.div_(divisor)
        if self.clip_norm is not None:
            clip_grad_norm_(self._parameters, self.clip_norm)
        set_learning_rate(self._optimizer, learning_rate)
        has_stepped = self._loss_scaling.take_step(self._optimizer)
        self.forget_gradients()
        if has_stepped and self.average is not None:
            self.average.update()


def build_eval_step(model: AlignedModel, suffix: Callable) -> Callable:
    """Makes the logits in inference mode."""

    @torch.inference_mode()
    def eval_step(inputs):
        with evaluating(model.batch_norms):
            return model.logits(suffix(inputs))

    return eval_step
