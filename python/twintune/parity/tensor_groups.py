"""Tensors by names such as `weights/conv1.weight`, of which all that begin alike are a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np


def under(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Makes a group of tensors."""
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}


def names_under(prefix: str, names: Iterable[str]) -> list[str]:
    """The names of a group's tensors, without its own."""
    return [name.removeprefix(f"{prefix}/") for name in names if name.startswith(f"{prefix}/")]


def group_of(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors of a group by their names without its own."""
    return {name: tensors[f"{prefix}/{name}"] for name in names_under(prefix, tensors)}
