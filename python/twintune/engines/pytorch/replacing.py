"""The replacement of modules within a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", bound=nn.Module)


def replace_modules(model: nn.Module, replacement_of: Callable[[nn.Module], nn.Module | None]) -> None:
    """Replaces some of the modules within a model by others.

    Args:
        model: The model, which is changed in place; it isn't replaced itself.
        replacement_of: A function that returns the replacement of a module, or None if the module stays. The modules
            within the module have been replaced already.
    """
    for name, child in list(model.named_children()):
        replace_modules(child, replacement_of)
        replacement = replacement_of(child)
        if replacement is not None:
            setattr(model, name, replacement)


def with_tensors_of(layer: nn.Module, replacement: Layer) -> Layer:
    """Gives a layer the very parameters, buffers and mode of the layer that it replaces."""
    for name, parameter in layer.named_parameters(recurse=False):
        replacement.register_parameter(name, parameter)
    for name, buffer in layer.named_buffers(recurse=False):
        replacement.register_buffer(name, buffer)
    return replacement.train(layer.training)
