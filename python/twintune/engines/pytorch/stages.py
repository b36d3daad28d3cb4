"""The outputs of a backbone's stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from twintune.backbones import BackboneEntry


def build_stage_outputs(backbone: Any, entry: BackboneEntry) -> Callable[[torch.Tensor], dict[str, torch.Tensor]]:
    """Makes every stage's output, in the modes that the BatchNorm layers have when it is run.

    Args:
        backbone: timm's module.
        entry: The backbone's stages.

    Returns:
        A function of normalised pixels, [images, 3, height, width], to feature maps, [images, channels, rows, columns],
        by the stages' names, in their order.
    """

    def stage_outputs(images: torch.Tensor) -> dict[str, torch.Tensor]:
        outputs: dict[str, torch.Tensor] = {}
        hooks = [
            backbone.get_submodule(stage.timm_module).register_forward_hook(
                lambda module, inputs, output, name=stage.name: outputs.update({name: output})
            )
            for stage in entry.stages
        ]
        try:
            backbone.forward_features(images)
        finally:
            for hook in hooks:
                hook.remove()
        return outputs

    return stage_outputs
