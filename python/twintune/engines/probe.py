"""The probe of an engine: what the parity ladder asks of a framework beside training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from twintune.engines.engine import Engine, StepInputs

ProbeMode = Literal["inference", "training"]
"""The mode of a pass; `training` has BatchNorm in the phase's mode, and hidden units dropped by the step's masks."""


class Probe(Protocol):
    """A look into the model of a phase that was started on pixels.

    Arrays are by canonical name and in PyTorch's layout, float64 if the phase trains in it, else float32. Passes in
    training mode change the running statistics.
    """

    def stage_outputs(self, images: np.ndarray, mode: ProbeMode) -> dict[str, np.ndarray]:
        """Computes each stage's output in order, [images, channels, height, width], then `pooled`, [images, features].

        Args:
            images: Normalised pixels of shape [images, height, width, 3].
            mode: The mode in which the model computes.
        """
        ...

    def logits_and_losses(self, step: StepInputs, mode: ProbeMode) -> tuple[np.ndarray, np.ndarray]:
        """Computes logits, [images, classes], and each image's share of the batch's loss, [images]."""
        ...

    def gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """Computes the gradients of a batch's training loss for each tensor that trains, neither scaled nor clipped."""
        ...

    def take_optimizer_step(
        self, gradients: Mapping[str, np.ndarray], learning_rate: float, clips: bool = True
    ) -> None:
        """Clips and applies given gradients, one for each tensor that trains, as a training step does with its own.

        Args:
            gradients: The gradients by canonical name.
            learning_rate: The learning rate of the step.
            clips: Whether the gradients are clipped; gradients that are clipped already would shrink again.
        """
        ...

    def clear_optimizer(self) -> None:
        """Empties the optimiser's buffers, as they are at the phase's start."""
        ...

    def library_names(self) -> dict[str, str]:
        """The library's own name of each stage and tensor."""
        ...


@runtime_checkable
class ProbedEngine(Engine, Protocol):
    """An engine that has a probe, as aligned mode's engines do."""

    def probe(self) -> Probe:
        """The probe of the phase that was started."""
        ...
