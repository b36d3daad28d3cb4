"""Loss scaling with the arithmetic of `torch.amp.GradScaler`: Keras' own grows and shrinks by other rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from twintune.engines import loss_scaling
from twintune.protocol import Precision


class LossScaling:
    """The scale of a run's loss, which lasts over its phases."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.scale = loss_scaling.INITIAL_SCALE if enabled else 1.0
        """The scale of the loss: a power of two, so that scaling rounds nothing."""
        self.growth_factor = loss_scaling.GROWTH_FACTOR
        self.backoff_factor = loss_scaling.BACKOFF_FACTOR
        self.growth_interval = loss_scaling.GROWTH_INTERVAL
        self.growth_tracker = 0
        """The number of steps since the scale last changed."""
        self.skipped_steps = 0
        """The number of steps that were skipped because a gradient wasn't finite."""

    def update(self, finite: bool) -> None:
        """Sets the scale of the next step by whether this one's gradients were finite."""
        if not self.enabled:
            return
        if not finite:
            self.skipped_steps += 1
            self.scale *= self.backoff_factor
            self.growth_tracker = 0
            return
        self.growth_tracker += 1
        if self.growth_tracker == self.growth_interval:
            grown = self.scale * self.growth_factor
            if grown <= float(np.finfo(np.float32).max):
                self.scale = grown
            self.growth_tracker = 0


def build_loss_scaling(precision: Precision) -> LossScaling:
    """Makes the loss scaling of a run, which does nothing in any precision but float16."""
    return LossScaling(precision == "float16")


def all_finite(gradients: Sequence[Any]) -> tf.Tensor:
    """Whether every value of every gradient is finite, as a traced scalar."""
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])


def loss_scaling_tensors(scaling: LossScaling) -> dict[str, np.ndarray]:
    """The live scaling's state, `loss_scaling.NAME`; empty if the loss isn't scaled."""
    if not scaling.enabled:
        return {}
    return {
        "loss_scaling.scale": np.array(scaling.scale),
        "loss_scaling.growth_tracker": np.array(scaling.growth_tracker),
        "loss_scaling.skipped_steps": np.array(scaling.skipped_steps),
    }


def load_loss_scaling(scaling: LossScaling, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a scaling the state that `loss_scaling_tensors` returned."""
    # A step of a float16 run may be taken again in float64, which scales nothing.
    if not scaling.enabled or "loss_scaling.scale" not in tensors:
        return
    scaling.scale = float(tensors["loss_scaling.scale"])
    scaling.growth_tracker = int(tensors["loss_scaling.growth_tracker"])
    # Steps that were skipped count even if the phase goes back to an earlier, best epoch.
    scaling.skipped_steps = max(scaling.skipped_steps, int(tensors["loss_scaling.skipped_steps"]))


def describe_loss_scaling(scaling: LossScaling) -> str | None:
    """Describes the live scaling in one line; None if the loss isn't scaled."""
    if not scaling.enabled:
        return None
    return loss_scaling.describe_loss_scaling(scaling.growth_factor, scaling.backoff_factor, scaling.growth_interval)
