"""The recording of one engine as a file, which the framework's own Python writes and the judging Python reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
from safetensors import safe_open

from twintune.model.tensor_files import save_atomically
from twintune.parity.tensor_groups import group_of, names_under
from twintune.protocol import Framework, Precision, RungName, Trained

RUNGS: tuple[RungName, ...] = get_args(RungName)
"""The rungs of the ladder, from the bottom up."""


class RecordingHeader(msgspec.Struct, frozen=True, rename="camel"):
    """The header of a recording: all that it holds beside tensors."""

    framework: Framework
    precision: Precision
    trained: Trained
    last_rung: RungName
    """The rung that the recording ends at."""
    pixel_digests: list[str]
    """SHA-256 of each batch's pixels, as the model got them."""
    library_names: dict[str, str]
    """The library's own name of each stage (`stage3`), tensor (`layer3.0.bn1.weight`) and `head.N`."""
    evaluation: dict[str, float | None]
    """The metrics of logits that are drawn alike for both engines."""
    versions: str
    """The versions of the framework and of the library that the model is from."""


@dataclass(frozen=True)
class Recording:
    """The recording of one engine's results on the batches of the ladder.

    Tensors are float64, or float32 if the precision is less, by timm's names and in PyTorch's layout: stages [images,
    channels, height, width], dense kernels [outputs, inputs]. Their names:

    - `weights/TENSOR`: backbone and head before the first step, buffers too.
    - `features/MODE/STAGE`: the output of each stage in order, then `pooled`; MODE is `inference` or `training`.
    - `logits/MODE`: [images, classes].
    - `loss/MODE`: [images], each image's loss as the training step weighs it; their sum is the batch's.
    - `gradients/TENSOR`: the gradient of the batch's training loss for each trainable tensor, in the phase's BatchNorm
      mode.
    - `moved-gradients/TENSOR`: what the gradients would be with pixels moved by a hundred last places, scaled up from a
      move by one.
    - `planted-gradients/STAGE`: [tensors], in PyTorch's recording alone: how far an error in the gradient that enters a
      stage moves the gradient of each trainable tensor, divided by the error.
    - `optimizer/TENSOR`: each trainable tensor after optimiser steps from drawn gradients.
    - `steps`: [10], the loss before each of ten steps.
    - `moved-steps`: the same with moved pixels, by the move that lies farthest: a hundred places, or one times 100.
    - `first-batch-norm/TENSOR`, `batch-norm/TENSOR`: the running statistics after the first step and after the last.
    - `moved-batch-norm/TENSOR`: the last statistics with moved pixels, by the move that lies farthest.

    `training` is the mode that the phase trains in: with frozen BatchNorm it computes what `inference` does. In less
    than float64, the tensors of moved pixels and of planted errors are left out.
    """

    header: RecordingHeader
    tensors: Mapping[str, np.ndarray]

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """The tensors under `prefix/`, by their names without it, in the order of recording."""
        return group_of(prefix, self.tensors)

    def names(self, group: str) -> list[str]:
        """The names of the tensors under `group/`, without it, in the order of recording."""
        return names_under(group, self.tensors)


def save_recording(recording: Recording, file: Path) -> None:
    """Writes a recording whole or not at all."""
    metadata = {
        "header": msgspec.json.encode(recording.header).decode(),
        # safetensors sorts tensors by dtype and name, and the order says which comes first in the model.
        "order": msgspec.json.encode(list(recording.tensors)).decode(),
    }
    save_atomically(recording.tensors, file, metadata)


def load_recording(file: Path) -> Recording:
    """Opens a file that `save_recording` wrote; it must stay as long as its tensors are asked for."""
    tensors = safe_open(file, framework="np")
    metadata = tensors.metadata()
    return Recording(
        header=msgspec.json.decode(metadata["header"], type=RecordingHeader),
        tensors=_TensorsOfFile(tensors, msgspec.json.decode(metadata["order"], type=list[str])),
    )


class _TensorsOfFile(Mapping[str, np.ndarray]):
    """The tensors of a file, each read when it is asked for: all of a large network's would fill the memory, twice."""

    def __init__(self, file, order: list[str]) -> None:
        self._file = file
        self._order = dict.fromkeys(order)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._order:
            raise KeyError(name)
        return self._file.get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)
