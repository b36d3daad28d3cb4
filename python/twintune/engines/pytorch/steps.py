"""Steps over tensors that are on the device already."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.optimizer import set_learning_rate


def build_train_step(
    model: AlignedModel, optimizer: torch.optim.Optimizer, from_features: bool, accumulation: int
) -> Callable:
    """Makes the training step.

    Args:
        model: What is trained.
        optimizer: Holds the parameters to train.
        from_features: Whether the inputs are features.
        accumulation: Batches to an optimiser step, at least 1.

    Returns:
        A function of inputs, labels, targets, weight, masks, learning rate and divisor, as in
        `twintune.engine.StepInputs`; it gives the loss and the number of right answers.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]

    def train_step(inputs, labels, targets, weight, masks, learning_rate, divisor):
        logits = model.logits(inputs if from_features else model.features(inputs), masks)
        loss_sum = -(targets * functional.log_softmax(logits, dim=1)).sum()
        loss = loss_sum / weight
        # A batch that is a group by itself is divided before there are gradients: that spares a pass over them.
        (loss if accumulation == 1 else loss_sum).backward()
        if divisor is not None:
            if accumulation > 1:
                for parameter in parameters:
                    parameter.grad.div_(divisor)
            set_learning_rate(optimizer, learning_rate)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return loss.detach(), (logits.detach().argmax(dim=1) == labels).sum()

    return train_step


def build_eval_step(model: AlignedModel, from_features: bool) -> Callable:
    """Makes the logits in inference mode."""

    @torch.inference_mode()
    def eval_step(inputs):
        with evaluating(model.batch_norms):
            return model.logits(inputs if from_features else model.features(inputs))

    return eval_step
