"""The optimisers of idiomatic mode: PyTorch's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from twintune.protocol import Adam, AdamW, Optimizer, Sgd


def build_idiomatic_optimizer(definition: Optimizer, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Builds PyTorch's own optimiser, with its own defaults for constants that the specification leaves open."""
    if isinstance(definition, Adam | AdamW):
        kind = torch.optim.AdamW if isinstance(definition, AdamW) else torch.optim.Adam
        own: dict[str, Any] = {} if definition.epsilon is None else {"eps": definition.epsilon}
        return kind(
            parameters,
            lr=definition.learning_rate,
            betas=(definition.beta1, definition.beta2),
            weight_decay=definition.weight_decay,
            **own,
        )
    assert isinstance(definition, Sgd), "the specification's rules refuse other optimisers"
    return torch.optim.SGD(
        parameters,
        lr=definition.learning_rate,
        momentum=definition.momentum,
        nesterov=definition.nesterov,
        weight_decay=definition.weight_decay,
    )


def describe_idiomatic_optimizer(optimizer: torch.optim.Optimizer) -> str:
    """Describes the live optimiser in PyTorch's own words, with the settings that its step takes."""
    shown = ("betas", "eps", "momentum", "nesterov", "weight_decay")
    # The listing makes one group of all parameters.
    (group,) = optimizer.param_groups
    values = ", ".join(f"{key} {group[key]}" for key in shown if key in group)
    return f"torch.optim.{type(optimizer).__name__}: {values}"
