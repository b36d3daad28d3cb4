"""Optimisers: PyTorch's own are the meaning of aligned mode."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from twintune.protocol import AdamW, Optimizer, Sgd


def build_optimizer(definition: Optimizer, variables: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    """Makes the optimiser, its buffers empty.

    Args:
        definition: Kind and constants; aligned mode leaves none open.
        variables: What it updates.
    """
    if isinstance(definition, Sgd):
        return torch.optim.SGD(
            variables,
            lr=definition.learning_rate,
            momentum=definition.momentum,
            nesterov=definition.nesterov,
            weight_decay=definition.weight_decay,
        )
    assert definition.epsilon is not None, "left open in idiomatic mode alone"
    kind = torch.optim.AdamW if isinstance(definition, AdamW) else torch.optim.Adam
    return kind(
        variables,
        lr=definition.learning_rate,
        betas=(definition.beta1, definition.beta2),
        eps=definition.epsilon,
        weight_decay=definition.weight_decay,
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Sets the rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def describe_optimizer(optimizer: torch.optim.Optimizer) -> str:
    """A line on the live optimiser, in the same words as the other engine's."""
    (group,) = optimizer.param_groups
    count = sum(parameter.numel() for parameter in group["params"])
    return f"{_describe(optimizer, group)} over {len(group['params'])} tensors, {count} parameters"


def _describe(optimizer: torch.optim.Optimizer, group: dict) -> str:
    if isinstance(optimizer, torch.optim.SGD):
        kind = "sgd nesterov" if group["nesterov"] else "sgd"
        return f"{kind} momentum {group['momentum']:g} decay {group['weight_decay']:g} coupled"
    # AdamW is a subclass of Adam.
    kind, decay = ("adamw", "decoupled") if isinstance(optimizer, torch.optim.AdamW) else ("adam", "coupled")
    beta1, beta2 = group["betas"]
    return (
        f"{kind} beta1 {beta1:g} beta2 {beta2:g} epsilon {group['eps']:g} after"
        f" bias correction decay {group['weight_decay']:g} {decay}"
    )
