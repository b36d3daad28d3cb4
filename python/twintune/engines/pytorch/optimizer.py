"""The optimisers of aligned mode: PyTorch's own, which are its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from twintune.model.parameter_groups import LiveSettings, ParameterSettings, describe_optimizer_settings
from twintune.protocol import AdamW, Optimizer, RmsProp, Sgd


def build_optimizer(
    definition: Optimizer, trained: Mapping[str, nn.Parameter], settings: Mapping[str, ParameterSettings]
) -> torch.optim.Optimizer:
    """Makes the optimiser, with empty buffers.

    PyTorch's fused kernel takes the step if there is one. On a CPU it is tens of times faster than single tensor
    operations, which for a head alone take longer than its forward and backward pass.

    Args:
        definition: The optimiser's kind and constants; aligned mode leaves none open.
        trained: The parameters that the optimiser updates, by canonical name.
        settings: The settings of each parameter; parameters with equal settings form a group.
    """
    groups = _groups(trained, settings)
    if isinstance(definition, Sgd):
        return torch.optim.SGD(
            groups, lr=definition.learning_rate, momentum=definition.momentum, nesterov=definition.nesterov, fused=True
        )
    assert definition.epsilon is not None, "left open in idiomatic mode alone"
    if isinstance(definition, RmsProp):
        return torch.optim.RMSprop(
            groups,
            lr=definition.learning_rate,
            alpha=definition.smoothing,
            eps=definition.epsilon,
            momentum=definition.momentum,
            centered=definition.centered,
        )
    kind = torch.optim.AdamW if isinstance(definition, AdamW) else torch.optim.Adam
    betas = (definition.beta1, definition.beta2)
    return kind(groups, lr=definition.learning_rate, betas=betas, eps=definition.epsilon, fused=True)


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Sets the learning rate of the next step, which each group multiplies by its scale."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["rate_scale"]


def learning_rate_of(optimizer: torch.optim.Optimizer) -> float:
    """The learning rate of the last step in the head's group, which is the first."""
    return optimizer.param_groups[0]["lr"]


def describe_optimizer(optimizer: torch.optim.Optimizer) -> str:
    """Describes the live optimiser in one line, in the same words as the other engine.

    All is read from the parameter groups' own settings, which PyTorch's step takes: the rate scale that
    `build_optimizer` left in them isn't looked at.
    """
    return describe_optimizer_settings(
        [
            LiveSettings(_describe(optimizer, group), group["lr"], group["weight_decay"], parameter.numel())
            for group in optimizer.param_groups
            for parameter in group["params"]
        ]
    )


def _groups(parameters: Mapping[str, nn.Parameter], settings: Mapping[str, ParameterSettings]) -> list[dict[str, Any]]:
    members: dict[ParameterSettings, list[tuple[str, nn.Parameter]]] = {}
    for name, parameter in parameters.items():
        members.setdefault(settings[name], []).append((name, parameter))
    return [
        {"params": named, "rate_scale": entry.rate_scale, "weight_decay": entry.weight_decay}
        for entry, named in members.items()
    ]


def _describe(optimizer: torch.optim.Optimizer, group: dict[str, Any]) -> str:
    if isinstance(optimizer, torch.optim.SGD):
        kind = "sgd nesterov" if group["nesterov"] else "sgd"
        words = f"{kind} momentum {group['momentum']:g} coupled decay"
    elif isinstance(optimizer, torch.optim.RMSprop):
        kind = "rmsprop centered" if group["centered"] else "rmsprop"
        constants = f"smoothing {group['alpha']:g} momentum {group['momentum']:g} epsilon {group['eps']:g}"
        words = f"{kind} {constants} coupled decay"
    else:
        # PyTorch's AdamW is its Adam with this setting.
        kind, decay = ("adamw", "decoupled") if group["decoupled_weight_decay"] else ("adam", "coupled")
        beta1, beta2 = group["betas"]
        words = f"{kind} beta1 {beta1:g} beta2 {beta2:g} epsilon {group['eps']:g} after bias correction {decay} decay"
    # Variants that aligned mode doesn't ask for.
    variants = [name for name in ("amsgrad", "dampening", "maximize") if group.get(name)]
    return " ".join([words, *(f"{name} {group[name]:g}" for name in variants)])
