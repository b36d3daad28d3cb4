"""The state of a model and its optimiser as named arrays: the same names in both engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from twintune.engines.tensorflow.ema import WeightAverage
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.optimizer import AlignedOptimizer


def optimizer_tensors(optimizer: AlignedOptimizer, model: AlignedModel) -> dict[str, np.ndarray]:
    """The live optimiser's buffers, `optimizer.SLOT.TENSOR` in PyTorch's layout, and the steps that it has taken.

    Args:
        optimizer: The optimiser, whose slots have PyTorch's names in both engines, such as `exp_avg`.
        model: The model, which gives the layouts.
    """
    tensors = {"optimizer.step": np.array([optimizer.steps])}
    for slot, variables in optimizer.slots.items():
        for name, variable in zip(optimizer.names, variables, strict=True):
            tensors[f"optimizer.{slot}.{name}"] = model.to_canonical(name, variable)
    return tensors


def load_optimizer(optimizer: AlignedOptimizer, model: AlignedModel, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a fresh optimiser the buffers that `optimizer_tensors` returned."""
    if "optimizer.step" in tensors:
        optimizer.steps = int(tensors["optimizer.step"][0])
    for slot, variables in optimizer.slots.items():
        for name, variable in zip(optimizer.names, variables, strict=True):
            key = f"optimizer.{slot}.{name}"
            if key in tensors:
                variable.assign(model.from_canonical(name, tensors[key]))


def average_tensors(average: WeightAverage, model: AlignedModel) -> dict[str, np.ndarray]:
    """The weights' moving average, `ema.TENSOR` in PyTorch's layout."""
    return {f"ema.{name}": model.to_canonical(name, v) for name, v in average.averages.items()}


def load_average(average: WeightAverage, model: AlignedModel, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives an average the tensors that `average_tensors` returned."""
    for name, variable in average.averages.items():
        if f"ema.{name}" in tensors:
            variable.assign(model.from_canonical(name, tensors[f"ema.{name}"]))


def load_model(model: AlignedModel, tensors: Mapping[str, np.ndarray]) -> None:
    """Assigns tensors to a model by canonical names; all others stay as they are."""
    for name, variable in model.variables.items():
        if name in tensors:
            variable.assign(model.from_canonical(name, tensors[name]))
    load_head(model.layers, tensors)


def load_head(layers: Sequence[keras.layers.Dense], tensors: Mapping[str, np.ndarray]) -> None:
    """Assigns the tensors `head.N.weight` and `head.N.bias`, in PyTorch's layout, to a head."""
    for index, layer in enumerate(layers):
        kernel, bias = layer.weights
        if f"head.{index}.weight" in tensors:
            kernel.assign(tensors[f"head.{index}.weight"].T)
            bias.assign(tensors[f"head.{index}.bias"])
