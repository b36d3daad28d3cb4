"""The aligned model: timm's backbone, and a head of Linear layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from twintune.backbones import BatchNorm
from twintune.engines.kept_backbone import PlainPasses
from twintune.engines.pytorch.batch_norm import adopt_batch_norm
from twintune.engines.pytorch.device import Device
from twintune.engines.pytorch.memory_format import memory_format_of
from twintune.engines.pytorch.mends import mend_layers
from twintune.engines.pytorch.projection import Projection, build_projection
from twintune.model.precision import array_dtype, is_half
from twintune.protocol import Head, Precision

_ACTIVATIONS: dict[str, Callable] = {"relu": functional.relu, "silu": functional.silu, "tanh": torch.tanh}


@dataclass
class AlignedBackbone:
    """A backbone whose tensors are known by timm's names."""

    backbone: Any
    """timm's module; `nn.Module` declares no `forward_features`."""
    projection: Projection | None
    """The layers between pooling and the head, if any; its parameters are the backbone's."""
    batch_norms: list[nn.BatchNorm2d]
    plain_passes: PlainPasses
    """The outputs of the backbone's latest plain passes."""


@dataclass
class AlignedModel(AlignedBackbone):
    """The aligned model: a backbone and a head."""

    layers: list[nn.Linear]
    activation: Callable
    half: torch.dtype | None
    """The dtype in which convolutions and activations compute, if it isn't the parameters' dtype."""

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Computes pooled features, [images, features], of normalised pixels, [images, 3, height, width]."""
        pooled = self.feature_map(images).mean(dim=(2, 3))
        return self.projection(pooled) if self.projection else pooled

    def feature_map(self, images: torch.Tensor) -> torch.Tensor:
        """Computes the backbone's last feature map, [images, channels, height, width], in the parameters' dtype."""
        if self.half is None:
            return self.backbone.forward_features(images)
        with torch.autocast(images.device.type, dtype=self.half):
            maps = self.backbone.forward_features(images)
        # Autocast would pool in half precision.
        return maps.to(self.layers[0].weight.dtype)

    def logits(self, features: torch.Tensor, masks: tuple[torch.Tensor, ...] = ()) -> torch.Tensor:
        """Computes logits, [images, classes], of features; `masks` drop hidden units, one for each hidden layer."""
        x = features
        for index, layer in enumerate(self.layers[:-1]):
            x = self.activation(layer(x))
            if masks:
                x = x * masks[index]
        return self.layers[-1](x)

    def named_tensors(self) -> dict[str, torch.Tensor]:
        """All parameters and buffers by canonical name, the head's too; counters of batches are left out."""
        tensors: dict[str, torch.Tensor] = dict(self.backbone.named_parameters())
        tensors |= {n: b for n, b in self.backbone.named_buffers() if not n.endswith("num_batches_tracked")}
        for index, layer in enumerate(self.layers):
            tensors[f"head.{index}.weight"] = layer.weight
            tensors[f"head.{index}.bias"] = layer.bias
        return tensors

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """All parameters with their canonical names, the head's too."""
        for name, tensor in self.named_tensors().items():
            if isinstance(tensor, nn.Parameter):
                yield name, tensor

    def all_parameters(self) -> list[nn.Parameter]:
        """The parameters of backbone and head."""
        return [*self.backbone.parameters(), *(p for layer in self.layers for p in layer.parameters())]

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors, its buffers too."""
        return module_tensors(self.backbone)

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors."""
        return tensors_of_head(self.layers)

    def to_canonical(self, name: str, value: torch.Tensor) -> np.ndarray:
        """Converts a tensor, or a buffer or gradient of its shape, to an array, in PyTorch's layout as it is."""
        return value.detach().cpu().numpy()

    def from_canonical(self, name: str, tensor: np.ndarray) -> torch.Tensor:
        """Converts an array to a tensor for the parameter of that name, in the same layout and in the host's memory."""
        return torch.from_numpy(tensor)


def build_backbone(
    name: str, weights: Path, batch_norm: BatchNorm | None, precision: Precision, device: Device
) -> AlignedBackbone:
    """Builds the backbone in a precision, in the memory format that is fastest in it.

    Args:
        name: timm's name of the architecture.
        weights: A safetensors file with timm's tensor names.
        batch_norm: The constants of its BatchNorm layers; None if it has none.
        precision: The precision, as `twintune.model.precision` defines it; the tensors themselves are never half.
        device: The backbone's device.
    """
    dtype = getattr(torch, array_dtype(precision))
    backbone = create_backbone(name)
    mend_layers(backbone)
    _load_weights(backbone, weights)
    backbone.to(device=device.native, dtype=dtype, memory_format=memory_format_of(dtype))
    return AlignedBackbone(
        backbone=backbone,
        projection=build_projection(backbone),
        batch_norms=adopt_batch_norm(backbone, batch_norm.epsilon, batch_norm.momentum) if batch_norm else [],
        plain_passes=PlainPasses(),
    )


def add_head(
    backbone: AlignedBackbone,
    head: Head,
    head_tensors: dict[str, np.ndarray],
    precision: Precision,
    device: Device,
) -> AlignedModel:
    """Puts a new head on a backbone.

    Args:
        backbone: The backbone, which belongs to the model from now on.
        head: The head's definition, which gives the activation.
        head_tensors: The head's initial weights.
        precision: The backbone's precision.
        device: The backbone's device.
    """
    return AlignedModel(
        **vars(backbone),
        layers=_build_head(head_tensors, getattr(torch, array_dtype(precision)), device.native),
        activation=_ACTIVATIONS[head.activation],
        half=getattr(torch, precision) if is_half(precision) else None,
    )


def create_backbone(name: str) -> Any:
    """Creates timm's model without pooling and classifier.

    VGG's two wide layers before the classifier are left out: these layers take 7 × 7 maps only, and keras-hub's
    backbone ends before them.
    """
    backbone: Any = timm.create_model(name, pretrained=False, num_classes=0, global_pool="")
    if isinstance(backbone, timm.models.VGG):
        backbone.pre_logits = nn.Identity()
    return backbone


def module_tensors(module: nn.Module) -> dict[str, np.ndarray]:
    """A module's live tensors and buffers by their names; counters of batches are left out."""
    return {
        name: tensor.detach().cpu().numpy()
        for name, tensor in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def tensors_of_head(layers: list[nn.Linear]) -> dict[str, np.ndarray]:
    """The tensors of a head, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`."""
    tensors = {}
    for index, layer in enumerate(layers):
        tensors[f"head.{index}.weight"] = layer.weight.detach().cpu().numpy()
        tensors[f"head.{index}.bias"] = layer.bias.detach().cpu().numpy()
    return tensors


def dtype_name(dtype: torch.dtype) -> str:
    """The name of a dtype, such as `float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def _load_weights(backbone: nn.Module, weights: Path) -> None:
    """Loads the file's tensors; a classifier is passed over, no other tensor may be missing."""
    wanted = backbone.state_dict()
    state = {name: tensor for name, tensor in load_file(weights).items() if name in wanted}
    missing = [n for n in backbone.load_state_dict(state, strict=False).missing_keys if "num_batches" not in n]
    if missing:
        raise ValueError(f"{weights} lacks {', '.join(missing)}")


def _build_head(tensors: dict[str, np.ndarray], dtype: torch.dtype, device: torch.device) -> list[nn.Linear]:
    layers = []
    for index in range(len(tensors) // 2):
        weight = torch.from_numpy(tensors[f"head.{index}.weight"])
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(torch.from_numpy(tensors[f"head.{index}.bias"]))
        layers.append(layer.to(device=device, dtype=dtype))
    return layers
