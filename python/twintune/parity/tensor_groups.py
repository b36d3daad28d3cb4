"""Groups of tensors: those whose names, such as `weights/conv1.weight`, begin alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np


def under(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Makes a group of tensors by putting `prefix/` before their names."""
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}


def names_under(prefix: str, names: Iterable[str]) -> list[str]:
    """The names of a group's tensors without `prefix/`."""
    return [name.removeprefix(f"{prefix}/") for name in names if name.startswith(f"{prefix}/")]


def group_of(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors of a group by their names without `prefix/`."""
    return {name: tensors[f"{prefix}/{name}"] for name in names_under(prefix, tensors)}
