"""Turns the PyTorch file inside a Python package into safetensors with timm's names.

This is a program of its own (`python -m twintune.model.convert_package PACKAGE BACKBONE FILE`), since it imports
PyTorch, which a TensorFlow process must not.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import torch

from twintune.backbones import tensor_shapes
from twintune.model.tensor_files import save_sealed


def convert(package: str, backbone: str, file: Path) -> None:
    """Writes the backbone's tensors of the package to `file`.

    The package's tensors are in the order of timm's, under other names; shapes are checked one by one.

    Args:
        package: The distribution's name.
        backbone: The backbone's name.
        file: The safetensors file to write.

    Raises:
        ValueError: If the tensors don't fit.
    """
    module = importlib.import_module(package.replace("-", "_"))
    (checkpoint,) = Path(module.__file__ or "").parent.glob("models/*.pth")
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    source = [(name, value) for name, value in state.items() if not name.endswith("num_batches_tracked")]
    wanted = tensor_shapes(backbone)
    if len(source) < len(wanted):
        raise ValueError(f"{package} has {len(source)} tensors, {backbone} needs {len(wanted)}")
    tensors = {}
    for (name, shape), (theirs, value) in zip(wanted.items(), source, strict=False):
        # The last part tells weight from bias and mean from variance, which have one shape.
        if tuple(value.shape) != shape or name.rpartition(".")[2] != theirs.rpartition(".")[2]:
            raise ValueError(f"{package}: {theirs} with the shape {tuple(value.shape)} is not {name} with {shape}")
        tensors[name] = value.numpy()
    save_sealed(tensors, file)


if __name__ == "__main__":
    convert(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
