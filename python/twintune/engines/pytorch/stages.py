"""The outputs of a backbone's stages."""

from __future__ import annotations

from collections.abc import Callable

import torch

from twintune.backbones import BackboneEntry
from twintune.engines.pytorch.model import AlignedModel


def build_stage_outputs(model: AlignedModel, entry: BackboneEntry) -> Callable[[torch.Tensor], dict[str, torch.Tensor]]:
    """Makes every stage's output, in the modes that the BatchNorm layers have when it is run.

    Args:
        model: What is run.
        entry: The backbone's stages.

    Returns:
        A function of normalised pixels, [images, 3, height, width], to feature maps, [images, channels, rows, columns],
        by the stages' names, in their order and in the dtype of the backbone's activations.
    """

    def stage_outputs(images: torch.Tensor) -> dict[str, torch.Tensor]:
        outputs: dict[str, torch.Tensor] = {}
        hooks = [
            model.backbone.get_submodule(stage.timm_module).register_forward_hook(
                lambda module, inputs, output, name=stage.name: outputs.update({name: output})
            )
            for stage in entry.stages
        ]
        try:
            model.feature_map(images)
        finally:
            for hook in hooks:
                hook.remove()
        return outputs

    return stage_outputs
