"""Loss scaling by PyTorch's own `GradScaler`, which is the meaning of aligned mode."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from twintune.engines import loss_scaling
from twintune.protocol import Precision


class LossScaling(torch.amp.GradScaler):
    """The scale of a run's loss, which lasts over its phases."""

    skipped_steps = 0
    """The number of steps that were skipped because a gradient wasn't finite."""

    def take_step(self, optimizer: torch.optim.Optimizer) -> bool:
        """Takes the step, or skips it if a gradient isn't finite, and sets the scale of the next one.

        Args:
            optimizer: The optimiser, whose gradients are unscaled already.

        Returns:
            Whether the step was taken.
        """
        before = self.get_scale()
        is_first = not optimizer.state
        self.step(optimizer)
        self.update()
        is_skipped = self.get_scale() < before
        if is_skipped and is_first:
            # Fused SGD has allocated buffers for a first step that it skipped itself, and never wrote to them.
            optimizer.state.clear()
        self.skipped_steps += is_skipped
        return not is_skipped


def build_loss_scaling(precision: Precision, device: torch.device) -> LossScaling:
    """Makes the loss scaling of a run, which does nothing in any precision but float16."""
    return LossScaling(
        device.type,
        init_scale=loss_scaling.INITIAL_SCALE,
        growth_factor=loss_scaling.GROWTH_FACTOR,
        backoff_factor=loss_scaling.BACKOFF_FACTOR,
        growth_interval=loss_scaling.GROWTH_INTERVAL,
        enabled=precision == "float16",
    )


def loss_scaling_tensors(scaling: LossScaling) -> dict[str, np.ndarray]:
    """The live scaling's state, `loss_scaling.NAME`; empty if the loss isn't scaled."""
    state = scaling.state_dict()
    if not state:
        return {}
    return {
        "loss_scaling.scale": np.array(state["scale"]),
        "loss_scaling.growth_tracker": np.array(state["_growth_tracker"]),
        "loss_scaling.skipped_steps": np.array(scaling.skipped_steps),
    }


def load_loss_scaling(scaling: LossScaling, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a scaling the state that `loss_scaling_tensors` returned."""
    if "loss_scaling.scale" not in tensors:
        return
    scale, tracker = float(tensors["loss_scaling.scale"]), int(tensors["loss_scaling.growth_tracker"])
    scaling.load_state_dict({**scaling.state_dict(), "scale": scale, "_growth_tracker": tracker})
    # Steps that were skipped count even if the phase goes back to an earlier, best epoch.
    scaling.skipped_steps = max(scaling.skipped_steps, int(tensors["loss_scaling.skipped_steps"]))


def describe_loss_scaling(scaling: LossScaling) -> str | None:
    """Describes the live scaling in one line; None if the loss isn't scaled."""
    if not scaling.is_enabled():
        return None
    return loss_scaling.describe_loss_scaling(
        scaling.get_growth_factor(), scaling.get_backoff_factor(), scaling.get_growth_interval()
    )
