"""What can be built in both frameworks: one table, `backbones.json`, shared with TypeScript."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Literal

import msgspec

from twintune.errors import TwintuneError
from twintune.protocol import ImagenetWeights, WeightsRequest

_HERE = Path(__file__).parent

Interpolation = Literal["bilinear", "bicubic"]


class Preprocessing(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How pixels reach the network: resized, scaled to 0..1, then (x - mean) / std by channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Interpolation


class BatchNorm(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """`momentum` is PyTorch's: the share of the new batch in the running statistics."""

    epsilon: float
    momentum: float


class ImagenetSource(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Where the ImageNet weights come from, and what they were trained with where it isn't timm's default."""

    source: Literal["package", "hub"]
    package: str | None = None
    repository: str | None = None
    preprocessing: Preprocessing | None = None
    batch_norm: BatchNorm | None = None
    odd_image_sizes: bool = False


class IdiomaticNames(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The names of the two libraries' own models."""

    keras_applications: str
    torchvision: str


class Stage(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A stage by timm's name, and the prefixes of its tensors' names."""

    name: str
    tensors: tuple[str, ...]


class BackboneEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One backbone; `stages` are in order from the image to the head."""

    features: int
    default_image_size: int
    preprocessing: Preprocessing
    batch_norm: BatchNorm
    imagenet: ImagenetSource
    stages: tuple[Stage, ...]
    idiomatic: IdiomaticNames | None = None

    def preprocessing_of(self, weights: WeightsRequest) -> Preprocessing:
        """The preprocessing that these weights want."""
        own = self.imagenet.preprocessing if isinstance(weights, ImagenetWeights) else None
        return own or self.preprocessing

    def batch_norm_of(self, weights: WeightsRequest) -> BatchNorm:
        """The BatchNorm constants that these weights want."""
        own = self.imagenet.batch_norm if isinstance(weights, ImagenetWeights) else None
        return own or self.batch_norm

    def stage_of(self, tensor: str) -> int:
        """Index of the stage that a tensor, by timm's name, belongs to."""
        for index, stage in enumerate(self.stages):
            if tensor.startswith(stage.tensors):
                return index
        raise KeyError(tensor)


@functools.cache
def backbone_table() -> dict[str, BackboneEntry]:
    """All backbones by name."""
    return msgspec.json.decode((_HERE / "backbones.json").read_bytes(), type=dict[str, BackboneEntry])


def find_backbone(name: str) -> BackboneEntry:
    """The backbone of that name.

    Raises:
        TwintuneError: SPEC_INVALID, where there is none.
    """
    table = backbone_table()
    if name not in table:
        raise TwintuneError(
            "SPEC_INVALID", f"There is no backbone {name!r}.", f"Use one of {', '.join(sorted(table))}."
        )
    return table[name]


@functools.cache
def tensor_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Shapes of the backbone's tensors by timm's names, in timm's order; the classifier is not among them.

    They are kept in `manifests/`, so that random weights are drawn, and files checked, without timm.
    """
    manifest = json.loads((_HERE / "manifests" / f"{name}.json").read_text())
    return {tensor: tuple(shape) for tensor, shape in manifest.items()}
