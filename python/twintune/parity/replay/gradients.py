"""The gradients of a step that the other framework took, recovered from what its optimiser kept of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twintune.backbones import find_backbone
from twintune.model.parameter_groups import ParameterSettings, parameter_settings
from twintune.parity.replay.differences import State, model_tensors
from twintune.protocol import AdamW, Optimizer, Phase, RmsProp, RunRequest, Sgd


def recover_gradients(request: RunRequest, phase: Phase, before: State, after: State) -> State | None:
    """Computes the gradients, clipped as they were, from the optimiser's buffers before and after the step.

    Each rule of an optimiser that adds the gradient to a buffer can be solved for it: the first moment of Adam, the
    momentum of SGD, the momentum of RMSprop. With these gradients another engine's optimiser must come to the same
    weights within their own rounding, whereas gradients of its own would differ where they are nothing but rounding.

    Args:
        request: The run's request, which names the backbone.
        phase: The phase, which has the optimiser's constants.
        before: The state before the step, which has all trained tensors; buffers that are missing are zero.
        after: The state after it.

    Returns:
        Arrays of float64 by the names of the tensors that train; None where the optimiser keeps no such buffer.
    """
    slot = _slot_of(phase.optimizer)
    if slot is None:
        return None
    ranks = {name: tensor.ndim for name, tensor in model_tensors(before).items()}
    settings = parameter_settings(ranks, phase, find_backbone(request.model.backbone))
    if any(f"optimizer.{slot}.{name}" not in after for name in settings):
        return None
    return {name: _gradient(name, phase.optimizer, slot, entry, before, after) for name, entry in settings.items()}


def norm_of_head_gradients(request: RunRequest, phase: Phase, before: State, after: State) -> float | None:
    """Computes the norm of the head's gradients, which each step has; see `recover_gradients` for the arguments.

    Returns:
        The norm; None where the buffers don't tell, and where clipping has set it.
    """
    clips = request.training.clip_gradient_norm is not None
    gradients = None if clips else recover_gradients(request, phase, before, after)
    if gradients is None:
        return None
    head = [gradient for name, gradient in gradients.items() if name.startswith("head.")]
    return float(np.sqrt(sum(np.square(gradient).sum() for gradient in head)))


def find_directions(optimizer: Optimizer, names: Iterable[str]) -> list[str]:
    """Finds the tensors that change by each gradient's sign rather than its size: RMSprop divides it by itself.

    Adam's weights are of this kind too, and are held to the gradients of the judged run instead.

    Args:
        optimizer: The phase's optimiser.
        names: The names of all tensors of a state.
    """
    if not isinstance(optimizer, RmsProp):
        return []
    if optimizer.momentum:
        return [name for name in names if name.startswith("optimizer.momentum_buffer.")]
    trained = {name.removeprefix("optimizer.square_avg.") for name in names if "optimizer.square_avg." in name}
    return [name for name in names if name.removeprefix("ema.") in trained]


def _slot_of(optimizer: Optimizer) -> str | None:
    if isinstance(optimizer, Sgd | RmsProp):
        return "momentum_buffer" if optimizer.momentum else None
    return "exp_avg"


def _gradient(
    name: str, optimizer: Optimizer, slot: str, settings: ParameterSettings, before: State, after: State
) -> np.ndarray:
    def at(state: State, buffer: str) -> np.ndarray:
        value = state.get(f"optimizer.{buffer}.{name}")
        return np.zeros(state[name].shape) if value is None else value.astype(np.float64)

    old, new = at(before, slot), at(after, slot)
    if isinstance(optimizer, Sgd):
        # A gradient of PyTorch's first step becomes the buffer as it is, which starts at zero.
        total = new - optimizer.momentum * old
    elif isinstance(optimizer, RmsProp):
        variance = at(after, "square_avg")
        if optimizer.centered:
            variance = variance - np.square(at(after, "grad_avg"))
        assert optimizer.epsilon is not None, "aligned mode leaves no epsilon open"
        total = (new - optimizer.momentum * old) * (np.sqrt(np.maximum(variance, 0)) + optimizer.epsilon)
    else:
        # Both engines compute with the beta of single precision.
        total = (new - optimizer.beta1 * old) / (1 - optimizer.beta1)
    is_coupled = not isinstance(optimizer, AdamW)
    return total - settings.weight_decay * before[name].astype(np.float64) if is_coupled else total
