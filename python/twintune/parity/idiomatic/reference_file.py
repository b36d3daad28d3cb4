"""The reference of an idiomatic pair: TensorFlow's first batch, in a safetensors file that PyTorch's side reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from twintune.model.tensor_files import save_atomically
from twintune.parity.tensor_groups import group_of


class Reference(dict[str, np.ndarray]):
    """The tensors of TensorFlow's first batch by name.

    | name | what | |---|---| | `pixels` | [images, height, width, 3]: as the model gets them | | `resized` | the same
    before they are preprocessed, 0 to 255 | | `logits` | [images, classes]: as the phase trains, nothing dropped | |
    `loss` | [1]: of these logits, by the compiled loss of the model's softmax | | `backbone/TENSOR` | by Keras' paths |
    | `head/TENSOR` | `head.N.weight` of shape [outputs, inputs] and `head.N.bias` |
    """

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """The tensors under `prefix/`, by their names without it."""
        return group_of(prefix, self)


def save_reference(tensors: Mapping[str, np.ndarray], file: Path) -> None:
    """Writes the file whole or not at all."""
    save_atomically(tensors, file)


def load_reference(file: Path) -> Reference:
    """Reads the file that `save_reference` wrote."""
    return Reference(load_file(file))
