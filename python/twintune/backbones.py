"""The backbones that both frameworks can build: two tables, one for each mode, shared with TypeScript.

`backbones.json` has the backbones of aligned mode, `idiomatic_pairs.json` pairs of the two libraries' own models.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from twintune.errors import TwintuneError
from twintune.protocol import ImagenetWeights, WeightsRequest

_HERE = Path(__file__).parent

Interpolation = Literal["bilinear", "bicubic"]


class Preprocessing(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The preprocessing of pixels: resized, scaled to 0..1, then (x - mean) / std by channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Interpolation
    crop_fraction: float = 0.875
    """The share of the shorter side that a crop of the centre keeps (timm's `crop_pct`)."""


class BatchNorm(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The constants of BatchNorm; `momentum` is PyTorch's: the share of the new batch in the running statistics."""

    epsilon: float
    momentum: float


class ImagenetSource(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The source of a backbone's ImageNet weights, and the constants of their training if these aren't timm's."""

    source: Literal["package", "hub"]
    package: str | None = None
    repository: str | None = None
    preprocessing: Preprocessing | None = None
    batch_norm: BatchNorm | None = None
    odd_image_sizes: bool = False


class LibraryModel(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A library's own model; the fields beside its name `model` are for people to read."""

    model: str
    architecture: str
    weights: str
    preprocessing: str
    image_size: int
    batch_norm: tuple[BatchNorm, ...]


class KerasModel(LibraryModel, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A model of `keras.applications`."""

    module: str
    """The module of `keras.applications` that has the model's `preprocess_input`."""


class TorchvisionModel(LibraryModel, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A model of `torchvision.models`."""

    options: dict[str, bool]
    """The keyword arguments that the model's builder is given."""


class IdiomaticPair(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The two libraries' own models of one name."""

    keras_applications: KerasModel
    torchvision: TorchvisionModel


class Stage(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A part of a backbone that is frozen or trained as one; the backbone can be cut behind it."""

    name: str
    """timm's name of the stage's group of parameters."""
    tensors: tuple[str, ...]
    """The prefixes of the names of the stage's tensors."""
    timm_module: str
    """timm's module whose output is the stage's."""
    keras_layer: str
    """keras-hub's layer whose output is the stage's."""
    keras_follower: bool = False
    """Whether the output is the next layer's: an activation's, whose name Keras numbers by the process."""


class BackboneEntry(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One backbone; `stages` are in order from the image to the head."""

    features: int
    default_image_size: int
    preprocessing: Preprocessing
    imagenet: ImagenetSource
    stages: tuple[Stage, ...]
    batch_norm: BatchNorm | None = None
    """The constants of the backbone's BatchNorm layers; None if it has no such layer."""

    def preprocessing_of(self, weights: WeightsRequest) -> Preprocessing:
        """The preprocessing that these weights want."""
        own = self.imagenet.preprocessing if isinstance(weights, ImagenetWeights) else None
        return own or self.preprocessing

    def batch_norm_of(self, weights: WeightsRequest) -> BatchNorm | None:
        """The BatchNorm constants that these weights want."""
        own = self.imagenet.batch_norm if isinstance(weights, ImagenetWeights) else None
        return own or self.batch_norm

    def stage_named(self, name: str) -> int:
        """Index of the stage of the given name.

        Raises:
            TwintuneError: SPEC_INVALID if there is none of this name.
        """
        names = [stage.name for stage in self.stages]
        if name not in names:
            raise TwintuneError("SPEC_INVALID", f"There is no stage {name!r}.", f"Use one of {', '.join(names)}.")
        return names.index(name)

    def stage_of(self, tensor: str) -> int:
        """Index of the stage that a tensor, by timm's name, belongs to."""
        for index, stage in enumerate(self.stages):
            if tensor.startswith(stage.tensors):
                return index
        raise KeyError(tensor)


@functools.cache
def backbone_table() -> dict[str, BackboneEntry]:
    """The backbones of aligned mode by name."""
    return msgspec.json.decode((_HERE / "backbones.json").read_bytes(), type=dict[str, BackboneEntry])


@functools.cache
def idiomatic_table() -> dict[str, IdiomaticPair]:
    """The pairs of idiomatic mode by name."""
    return msgspec.json.decode((_HERE / "idiomatic_pairs.json").read_bytes(), type=dict[str, IdiomaticPair])


def find_backbone(name: str) -> BackboneEntry:
    """The backbone of the given name in aligned mode.

    Raises:
        TwintuneError: SPEC_INVALID if there is none of this name.
    """
    return _find(name, backbone_table(), "aligned")


def find_idiomatic_pair(name: str) -> IdiomaticPair:
    """The pair of the given name in idiomatic mode.

    Raises:
        TwintuneError: SPEC_INVALID if there is none of this name.
    """
    return _find(name, idiomatic_table(), "idiomatic")


@functools.cache
def tensor_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Shapes of the backbone's tensors by timm's names, in timm's order; the classifier is not among them.

    The shapes are kept in `manifests/`, so that random weights are drawn, and files checked, without timm.
    """
    manifest = json.loads((_HERE / "manifests" / f"{name}.json").read_text())
    return {tensor: tuple(shape) for tensor, shape in manifest.items()}


_Entry = TypeVar("_Entry")


def _find(name: str, table: dict[str, _Entry], mode: str) -> _Entry:
    if name not in table:
        raise TwintuneError(
            "SPEC_INVALID", f"There is no backbone {name!r} in {mode} mode.", f"Use one of {', '.join(sorted(table))}."
        )
    return table[name]
