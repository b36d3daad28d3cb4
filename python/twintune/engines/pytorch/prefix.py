"""The frozen stages of a backbone, which run once."""

from __future__ import annotations

import numpy as np
import torch

from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.model import AlignedModel


class Prefix:
    """PyTorch's side of `twintune.engine.Prefix`."""

    variant = "eager"

    def __init__(self, model: AlignedModel, device: torch.device) -> None:
        """Takes hold of the live model.

        Args:
            model: What is run.
            device: Where it lives.
        """
        self._model, self._device = model, device

    @torch.inference_mode()
    def __call__(self, images: np.ndarray) -> np.ndarray:
        """The pooled features of images."""
        with evaluating(self._model.batch_norms):
            return self._model.features(torch.from_numpy(images).to(self._device).permute(0, 3, 1, 2)).cpu().numpy()
