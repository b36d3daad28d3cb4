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

    It is prepared by the first batch that passes, and all that was prepared goes with it.
    """

    def __init__(
        self, model: AlignedModel, entry: BackboneEntry, first_stage: int, images: int, device: Device
    ) -> None:
        """Chooses how to compute.

        Args:
            model: What is run; it stays as it is.
            entry: The backbone's stages.
            first_stage: The first one that is not run.
            images: How many will pass.
            device: Where the model lives.
        """
        self._stages = _Stages(model, entry, first_stage)
        self._model, self._device = model, device
        self._variants = _variants(model, device, images)
        self._compute: Callable | None = None

    @property
    def variant(self) -> str:
        """How it computes; the next best where this PyTorch can't prepare the best one for the backbone."""
        return self._variants[0]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Features or activations of images."""
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
                # It would be another variant next time, under the same name in the cache.
                raise
            except Exception:  # what a tracer can't follow it says in exceptions of any kind
                self._variants.pop(0)
        return self._stages


class _Stages(nn.Module):
    """What a prefix computes, as the module that a tracer wants."""

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
        """Features, [images, features], or activations, [images, channels, rows, columns]."""
        return self._compute(images)


def _variants(model: AlignedModel, device: Device, images: int) -> list[str]:
    """What may compute a prefix, the best first.

    Folding and freezing round otherwise: what is there to be compared bit for bit, or in float64, is left alone, and so
    is autocast, which would round the folded kernels instead of the kernels.
    """
    is_plain = model.half is None and model.layers[0].weight.dtype == torch.float32
    if images < FEWEST_IMAGES_TO_PREPARE or not is_plain or device.is_deterministic():
        return ["eager"]
    # `torch.jit` is not supported from Python 3.14 on, and its optimisation for inference is for CPUs.
    is_frozen = not device.on_gpu and sys.version_info < (3, 14)
    return ["frozen", "folded", "eager"] if is_frozen else ["folded", "eager"]
