"""The backbone that stays built in a warm worker, for the next run that needs the very same."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from twintune.backbones import BatchNorm
from twintune.protocol import Precision
from twintune.system.files import state_of

Backbone = TypeVar("Backbone")


@dataclass(frozen=True)
class BackboneKey:
    """The key of a built backbone: all that it depends on."""

    name: str
    """timm's name of the architecture."""
    weights: Path
    """A safetensors file with timm's tensor names."""
    weights_state: tuple[int, ...]
    """The state of that file, which tells it from another file at the same path."""
    batch_norm: BatchNorm | None
    precision: Precision
    device: str

    @classmethod
    def of(
        cls, name: str, weights: Path, batch_norm: BatchNorm | None, precision: Precision, device: str
    ) -> BackboneKey:
        """The key of a backbone that is built from these now."""
        return cls(name, weights, state_of(weights), batch_norm, precision, device)


class PlainPasses:
    """The outputs of a built backbone's latest plain passes, which its later runs needn't compute again.

    They belong to the very object that computed them, and go with it. A plain pass of a ResNet50 over a few images
    takes longer than all steps of a head on its features.
    """

    _MOST = 8
    """The number of passes whose outputs are held."""
    _MOST_BYTES = 1 << 20
    """The size from which outputs are not held: activations within a backbone have it, pooled features don't."""

    def __init__(self) -> None:
        self._outputs: dict[str, np.ndarray] = {}

    def recall(self, key: str) -> np.ndarray | None:
        """The outputs of the pass that was held under a key; None if there are none."""
        return self._outputs.get(key)

    def hold(self, key: str, outputs: np.ndarray) -> None:
        """Holds the outputs of a pass.

        Args:
            key: A digest of all that they depend on beside the backbone as it was built: the images and the cut, the
                weights as they were read from the live model, and how its kernels ran.
            outputs: Array of shape [images, ...].
        """
        if outputs.nbytes > self._MOST_BYTES:
            return
        self._outputs.pop(key, None)
        self._outputs[key] = outputs
        if len(self._outputs) > self._MOST:
            del self._outputs[next(iter(self._outputs))]


class KeptBackbone(Generic[Backbone]):
    """A place to keep one backbone of one framework.

    Building a ResNet50 in Keras takes two seconds, as long as a whole run of another head whose features are in the
    cache. A run still reads the weights that it reports from the live model.
    """

    def __init__(self) -> None:
        self._kept: tuple[BackboneKey, Backbone] | None = None

    def take(self, key: BackboneKey, build: Callable[[], Backbone]) -> Backbone:
        """Takes the backbone that was kept under the key, or builds one. It then belongs to the caller alone.

        Args:
            key: The key of the backbone that is wanted. If another one was kept, it is freed before this one takes
            memory.
            build: A function that builds the backbone.
        """
        kept, self._kept = self._kept, None
        if kept is not None:
            if kept[0] == key:
                return kept[1]
            del kept
            # A model is full of reference cycles, so only a collection frees it.
            gc.collect()
        return build()

    def keep(self, key: BackboneKey, backbone: Backbone) -> None:
        """Keeps a backbone until the next `take`.

        Args:
            key: The key that the backbone was taken with.
            backbone: The backbone as it was built: none of its parameters, statistics and layers have changed.
        """
        self._kept = key, backbone
