"""A backbone's stages: their outputs, and the backbone cut between them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from twintune.backbones import BackboneEntry, Stage
from twintune.engines.pytorch.model import AlignedModel


def build_stage_outputs(model: AlignedModel, entry: BackboneEntry) -> Callable[[torch.Tensor], dict[str, torch.Tensor]]:
    """Makes a function of every stage's output, in the modes that the BatchNorm layers have when it is run.

    Args:
        model: The model whose stages are run.
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


def stages_until(backbone: Any, stage: Stage) -> Any:
    """A shell around the live layers whose `forward_features` ends with a stage's output."""
    return _cut(backbone, stage.timm_module.split("."), until=True)


def stages_after(backbone: Any, stage: Stage) -> Any:
    """A shell around the live layers whose `forward_features` begins with a stage's output."""
    return _cut(backbone, stage.timm_module.split("."), until=False)


def _cut(module: Any, path: list[str], until: bool) -> Any:
    """Cuts a module behind the submodule at a path: keeps what comes until it, or what comes after it.

    timm's backbones run their children one after the other, in the order in which they have them.
    """
    shell = copy.copy(module)
    shell._modules = dict(module._modules)
    name, *rest = path
    names = list(shell._modules)
    place = names.index(name)
    for other in names[place + 1 :] if until else names[:place]:
        setattr(shell, other, nn.Identity())
    if rest:
        setattr(shell, name, _cut(getattr(module, name), rest, until))
    elif not until:
        setattr(shell, name, nn.Identity())
    return shell
