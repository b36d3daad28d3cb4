"""A backbone that stays built in a warm worker, for the next run that wants the very same."""

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
    """All that a built backbone depends on."""

    name: str
    """timm's name of the architecture."""
    weights: Path
    """A safetensors file with timm's tensor names."""
    weights_state: tuple[int, ...]
    """Tells that file from others that the same path may hold later."""
    batch_norm: BatchNorm | None
    precision: Precision
    device: str

    @classmethod
    def of(
        cls, name: str, weights: Path, batch_norm: BatchNorm | None, precision: Precision, device: str
    ) -> BackboneKey:
        """The key of what is built from these now."""
        return cls(name, weights, state_of(weights), batch_norm, precision, device)


class KeptBackbone(Generic[Backbone]):
    """Room for one backbone of one framework.

    To build a ResNet50 in Keras takes two seconds, which is what a whole run of another head takes when the features
    are in the cache. What a run reports of its weights it reads from the live model all the same.
    """

    def __init__(self) -> None:
        self._kept: tuple[BackboneKey, Backbone] | None = None

    def take(self, key: BackboneKey, build: Callable[[], Backbone]) -> Backbone:
        """Gives the backbone that was kept under the key, or builds it. It is the caller's alone.

        Args:
            key: Of the backbone that is wanted. Another one that was kept is let go of, before this one takes memory.
            build: Makes it.
        """
        kept, self._kept = self._kept, None
        if kept is not None:
            if kept[0] == key:
                return kept[1]
            del kept
            # A model is full of cycles.
            gc.collect()
        return build()

    def keep(self, key: BackboneKey, backbone: Backbone) -> None:
        """Keeps a backbone until the next `take`.

        Args:
            key: The one that it was taken with.
            backbone: As it was built: none of its parameters, statistics and layers have changed.
        """
        self._kept = key, backbone
