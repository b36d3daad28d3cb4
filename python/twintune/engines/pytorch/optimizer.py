"""Optimisers: PyTorch's own are the meaning of aligned mode."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from twintune.protocol import Adam, AdamW, Optimizer


class AlignedOptimizer:
    """One optimiser over a fixed list of parameters."""

    def __init__(self, definition: Optimizer, variables: Sequence[nn.Parameter]) -> None:
        """Makes the optimiser.

        Args:
            definition: Kind and constants.
            variables: What it updates.
        """
        self.variables = list(variables)
        self.live = _build(definition, self.variables)

    def apply(self, learning_rate: float) -> None:
        """Updates every parameter by its gradient."""
        for group in self.live.param_groups:
            group["lr"] = learning_rate
        self.live.step()


def _build(definition: Optimizer, variables: list[nn.Parameter]) -> torch.optim.Optimizer:
    if isinstance(definition, Adam | AdamW):
        kind = torch.optim.AdamW if isinstance(definition, AdamW) else torch.optim.Adam
        return kind(
            variables,
            lr=definition.learning_rate,
            betas=(definition.beta1, definition.beta2),
            eps=definition.epsilon,
            weight_decay=definition.weight_decay,
        )
    return torch.optim.SGD(
        variables,
        lr=definition.learning_rate,
        momentum=definition.momentum,
        nesterov=definition.nesterov,
        weight_decay=definition.weight_decay,
    )


def describe_optimizer(optimizer: AlignedOptimizer) -> str:
    """A line on the live optimiser, in the same words as the other engine's."""
    group = optimizer.live.param_groups[0]
    count = sum(parameter.numel() for parameter in group["params"])
    over = f"over {len(group['params'])} tensors, {count} parameters"
    if isinstance(optimizer.live, torch.optim.SGD):
        kind = "sgd" + (" nesterov" if group["nesterov"] else "")
        return f"{kind} momentum {group['momentum']:g} decay {group['weight_decay']:g} coupled {over}"
    decay = "decoupled" if isinstance(optimizer.live, torch.optim.AdamW) else "coupled"
    kind = "adamw" if isinstance(optimizer.live, torch.optim.AdamW) else "adam"
    beta1, beta2 = group["betas"]
    return (
        f"{kind} beta1 {beta1:g} beta2 {beta2:g} epsilon {group['eps']:g} after bias"
        f" correction decay {group['weight_decay']:g} {decay} {over}"
    )
