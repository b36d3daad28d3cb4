"""The frozen stages of a backbone, which run once."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from twintune.backbones import BackboneEntry
from twintune.engines.engine import FEWEST_IMAGES_TO_PREPARE
from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.device import Device
from twintune.engines.pytorch.freezing import fold, freeze
from twintune.engines.pytorch.memory_format import channels_first
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.stages import stages_until

_PREPARATIONS: dict[str, Callable[[nn.Module, torch.Tensor], Callable]] = {"frozen": freeze, "folded": fold}


class Prefix:
    """PyTorch's side of `twintune.engines.engine.Prefix`.

    The prefix is prepared with the first batch that passes, and the memory of the preparation is freed with it.
    """

    def __init__(
        self, model: AlignedModel, entry: BackboneEntry, first_stage: int, images: int, device: Device
    ) -> None:
        """Chooses the variant of the prefix.

        Args:
            model: The model whose stages are run; it stays as it is.
            entry: The backbone's stages.
            first_stage: Index of the first stage that is not run.
            images: The number of images that will pass.
            device: The model's device.
        """
        self._stages = _Stages(model, entry, first_stage)
        self._model, self._device = model, device
        self._variants = _variants(model, device, images)
        self._compute: Callable | None = None

    @property
    def variant(self) -> str:
        """The variant that computes: the next best if this PyTorch can't prepare the best one for the backbone."""
        return self._variants[0]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes features or activations of images."""
        pixels = channels_first(self._device.put(images))
        with evaluating(self._model.batch_norms):
            if self._compute is None:
                self._compute = self._prepare(pixels)
            with torch.inference_mode():
                outputs = self._compute(pixels)
        return (outputs.permute(0, 2, 3, 1) if outputs.ndim == 4 else outputs).contiguous().cpu().numpy()

    def _prepare(self, pixels: torch.Tensor) -> Callable:
        # A tracer computes what it traces, for which one image is enough.
        example = pixels[:1]
        while self.variant in _PREPARATIONS:
            try:
                return _PREPARATIONS[self.variant](self._stages, example)
            except (MemoryError, torch.OutOfMemoryError):
                # A next variant would only stand in for a lack of memory, under the same name in the cache.
                raise
            except Exception:  # what a tracer can't follow it says in exceptions of any kind
                self._variants.pop(0)
        return self._stages


class _Stages(nn.Module):
    """The stages of a prefix as one module, which a tracer needs."""

    def __init__(self, model: AlignedModel, entry: BackboneEntry, first_stage: int) -> None:
        super().__init__()
        if first_stage == len(entry.stages):
            self._compute = model.features
        else:
            model = dataclasses.replace(model, backbone=stages_until(model.backbone, entry.stages[first_stage - 1]))
            self._compute = model.feature_map
        # A tracer finds the layers that it meets among the module's own.
        self.backbone, self.projection = model.backbone, model.projection

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Computes features, [images, features], or activations, [images, channels, rows, columns]."""
        return self._compute(images)


def _variants(model: AlignedModel, device: Device, images: int) -> list[str]:
    """The variants that may compute a prefix, the best first.

    Folding and freezing round differently. They are left out where results are compared bit for bit or in float64, and
    under autocast, which would round the folded kernels instead of the kernels.
    """
    is_plain = model.half is None and model.layers[0].weight.dtype == torch.float32
    if images < FEWEST_IMAGES_TO_PREPARE or not is_plain or device.is_deterministic():
        return ["eager"]
    # `torch.jit` is not supported from Python 3.14 on, and its optimisation for inference is for CPUs.
    is_frozen = not device.on_gpu and sys.version_info < (3, 14)
    return ["frozen", "folded", "eager"] if is_frozen else ["folded", "eager"]
