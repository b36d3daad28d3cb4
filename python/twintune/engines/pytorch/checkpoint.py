"""The state of a model and its optimiser as named arrays: the same names in both engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import nn

from twintune.engines.pytorch.ema import WeightAverage
from twintune.engines.pytorch.model import AlignedModel


class NamedParameters(Protocol):
    """A protocol of all that knows its parameters by name: the aligned model, or a module."""

    def named_parameters(self) -> Iterable[tuple[str, nn.Parameter]]:
        """Each parameter with its name."""
        ...


def optimizer_tensors(optimizer: torch.optim.Optimizer, model: NamedParameters) -> dict[str, np.ndarray]:
    """The live optimiser's buffers, `optimizer.SLOT.TENSOR`, and the steps that it has taken.

    Args:
        optimizer: The optimiser, whose slots have PyTorch's names in both engines, such as `exp_avg`.
        model: Gives the names of what it updates.
    """
    tensors = {}
    for name, parameter in model.named_parameters():
        for slot, value in optimizer.state.get(parameter, {}).items():
            if slot == "step":
                # Every parameter has a step count, and all are equal.
                tensors["optimizer.step"] = np.array([int(value)])
            elif value is not None:
                tensors[f"optimizer.{slot}.{name}"] = value.detach().cpu().numpy()
    return tensors


def load_optimizer(optimizer: torch.optim.Optimizer, model: NamedParameters, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a fresh optimiser the buffers that `optimizer_tensors` returned."""
    parameters = dict(model.named_parameters())
    steps = tensors.get("optimizer.step")
    is_fused = optimizer.defaults.get("fused")
    for key, value in tensors.items():
        if key.startswith("optimizer.") and key != "optimizer.step":
            _, slot, name = key.split(".", 2)
            parameter = parameters[name]
            buffer = torch.empty_like(parameter, memory_format=torch.preserve_format, requires_grad=False)
            optimizer.state[parameter][slot] = buffer.copy_(torch.from_numpy(value))
            if steps is not None:
                # A fused kernel reads the step count on the parameter's device.
                device = parameter.device if is_fused else None
                optimizer.state[parameter]["step"] = torch.tensor(float(steps[0]), device=device)


def average_tensors(average: WeightAverage, model: AlignedModel) -> dict[str, np.ndarray]:
    """The weights' moving average, `ema.TENSOR`."""
    return {f"ema.{name}": model.to_canonical(name, tensor) for name, tensor in average.averages.items()}


def load_average(average: WeightAverage, model: AlignedModel, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives an average the tensors that `average_tensors` returned."""
    for name, average_tensor in average.averages.items():
        if f"ema.{name}" in tensors:
            average_tensor.copy_(model.from_canonical(name, tensors[f"ema.{name}"]))


def load_model(model: AlignedModel, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a model the tensors that are given by canonical names; all others stay as they are."""
    load_module(model.backbone, tensors)
    load_head(model.layers, tensors)


def load_module(module: nn.Module, tensors: Mapping[str, np.ndarray]) -> None:
    """Copies tensors into a module by its own names; all others stay as they are."""
    _copy(module.state_dict(), tensors)


def load_head(layers: Sequence[nn.Linear], tensors: Mapping[str, np.ndarray]) -> None:
    """Copies the tensors `head.N.weight` and `head.N.bias` into a head."""
    for index, layer in enumerate(layers):
        _copy({f"head.{index}.weight": layer.weight, f"head.{index}.bias": layer.bias}, tensors)


def generator_tensors() -> dict[str, np.ndarray]:
    """The states of PyTorch's global generators, `generator.cpu` and `generator.gpuN`."""
    states = [torch.get_rng_state(), *(torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [])]
    names = ["cpu", *(f"gpu{index}" for index in range(len(states) - 1))]
    return {f"generator.{name}": state.numpy() for name, state in zip(names, states, strict=True)}


def load_generators(tensors: Mapping[str, np.ndarray]) -> None:
    """Sets PyTorch's global generators to the states that are given."""
    for name, state in tensors.items():
        if name == "generator.cpu":
            torch.set_rng_state(torch.from_numpy(state))
        elif name.startswith("generator.gpu"):
            torch.cuda.set_rng_state(torch.from_numpy(state), int(name.removeprefix("generator.gpu")))


def _copy(live: Mapping[str, torch.Tensor], tensors: Mapping[str, np.ndarray]) -> None:
    with torch.no_grad():
        for name, tensor in live.items():
            if name in tensors:
                tensor.copy_(torch.from_numpy(tensors[name]))
