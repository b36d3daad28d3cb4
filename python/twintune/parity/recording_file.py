"""What one engine computed, as a file: written in the framework's own Python, read by whoever judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from safetensors import safe_open

from twintune.protocol import Framework, Precision, Trained
from twintune.weights import save_atomically


class RecordingHeader(msgspec.Struct, frozen=True, rename="camel"):
    """What a recording holds beside tensors."""

    framework: Framework
    precision: Precision
    trained: Trained
    pixel_digests: list[str]
    """SHA-256 of each batch's pixels, as the model got them."""
    library_names: dict[str, str]
    """The library's own name of each stage (`stage3`), tensor (`layer3.0.bn1.weight`) and `head.N`."""
    evaluation: dict[str, float | None]
    """The metrics of logits that are drawn alike for both engines."""
    versions: str
    """Of the framework and the library that the model is from."""


@dataclass(frozen=True)
class Recording:
    """What one engine computed on the batches of the ladder.

    Tensors are float64, or float32 where the precision is less, by timm's names and in PyTorch's layout: stages
    [images, channels, height, width], dense kernels [outputs, inputs]. Their names:

    | name | what |
    |---|---|
    | `weights/TENSOR` | backbone and head before the first step, buffers too |
    | `features/MODE/STAGE` | the output of each stage in order, then `pooled`; MODE is `inference` or `training` |
    | `logits/MODE` | [images, classes] |
    | `loss/MODE` | [images]: of each image, as the training step weighs it |
    | `gradients/TENSOR` | of the batch's training loss, of each trainable tensor; the phase's BatchNorm mode |
    | `optimizer/TENSOR` | each trainable tensor after one optimiser step from drawn gradients |
    | `steps` | [10]: the loss before each of ten steps |
    | `moved-steps` | the same with all pixels moved by one last place, towards larger values |
    | `batch-norm/TENSOR` | running statistics after the ten steps |
    | `moved-batch-norm/TENSOR` | the same after the moved ones |

    `training` is the mode that the phase trains in: with frozen BatchNorm it computes what `inference` does. In less
    than float64, the `moved-` tensors are left out.
    """

    header: RecordingHeader
    tensors: Mapping[str, np.ndarray]

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """The tensors under `prefix/`, without it, in the order of recording."""
        return {
            name.removeprefix(f"{prefix}/"): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(f"{prefix}/")
        }


def save_recording(recording: Recording, file: Path) -> None:
    """Writes a recording whole or not at all."""
    metadata = {
        "header": msgspec.json.encode(recording.header).decode(),
        # safetensors sorts tensors by dtype and name, and the order says which comes first in the model.
        "order": msgspec.json.encode(list(recording.tensors)).decode(),
    }
    save_atomically(recording.tensors, file, metadata)


def load_recording(file: Path) -> Recording:
    """Reads what `save_recording` wrote."""
    with safe_open(file, framework="np") as tensors:
        metadata = tensors.metadata()
        order = msgspec.json.decode(metadata["order"], type=list[str])
        return Recording(
            header=msgspec.json.decode(metadata["header"], type=RecordingHeader),
            tensors={name: tensors.get_tensor(name) for name in order},
        )
