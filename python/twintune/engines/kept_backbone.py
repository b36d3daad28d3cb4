"""The backbone that stays built in a warm worker, for the next run that needs the very same."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

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
