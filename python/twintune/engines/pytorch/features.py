"""The one pass of a frozen backbone."""

from __future__ import annotations

from collections.abc import Callable

import torch

from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.model import AlignedModel


def build_feature_step(model: AlignedModel) -> Callable:
    """Makes the pooled features of images in inference mode."""

    @torch.inference_mode()
    def feature_step(images):
        with evaluating(model.batch_norms):
            return model.features(images)

    return feature_step
