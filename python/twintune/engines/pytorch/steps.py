"""Steps over tensors that are on the device already."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.optimizer import set_learning_rate


def build_train_step(model: AlignedModel, optimizer: torch.optim.Optimizer, from_features: bool) -> Callable:
    """Makes one optimiser step.

    Args:
        model: What is trained.
        optimizer: Holds the parameters to train.
        from_features: Whether the inputs are features.

    Returns:
        A function of inputs, labels, masks and the learning rate; it gives the mean loss and the number of
        right answers.
    """

    def train_step(inputs, labels, masks, learning_rate):
        optimizer.zero_grad(set_to_none=True)
        logits = model.logits(inputs if from_features else model.features(inputs), masks)
        loss = functional.cross_entropy(logits, labels)
        loss.backward()
        set_learning_rate(optimizer, learning_rate)
        optimizer.step()
        return loss.detach(), (logits.detach().argmax(dim=1) == labels).sum()

    return train_step


def build_eval_step(model: AlignedModel, from_features: bool) -> Callable:
    """Makes the logits in inference mode."""

    @torch.inference_mode()
    def eval_step(inputs):
        return model.logits(inputs if from_features else model.features(inputs))

    return eval_step
