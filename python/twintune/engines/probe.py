"""What the parity ladder asks of a framework beside training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from twintune.engines.engine import Engine, StepInputs

ProbeMode = Literal["inference", "training"]
"""`training`: BatchNorm in the mode of the phase, hidden units dropped by the step's masks."""


class Probe(Protocol):
    """Looks into the model of a phase that was started on pixels.

    All arrays are by canonical name and in PyTorch's layout, float64 where the phase trains in it, else float32.
    Passes in training mode move the running statistics.
    """

    def stage_outputs(self, images: np.ndarray, mode: ProbeMode) -> dict[str, np.ndarray]:
        """The output of each stage in order, [images, channels, height, width], then `pooled`, [images, features].

        Args:
            images: Normalised pixels, [images, height, width, 3].
            mode: How the model computes.
        """
        ...

    def logits_and_losses(self, step: StepInputs, mode: ProbeMode) -> tuple[np.ndarray, np.ndarray]:
        """Logits, [images, classes], and what each image adds to the loss of a batch, [images]."""
        ...

    def gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """Gradients of a batch's training loss for each tensor that trains: neither scaled nor clipped."""
        ...

    def take_optimizer_step(self, gradients: Mapping[str, np.ndarray], learning_rate: float) -> None:
        """Clips and applies given gradients, one for each tensor that trains, as the training step does its own."""
        ...

    def clear_optimizer(self) -> None:
        """Empties the optimiser's buffers, as they are at the phase's start."""
        ...

    def library_names(self) -> dict[str, str]:
        """The library's own name of each stage and tensor."""
        ...


@runtime_checkable
class ProbedEngine(Engine, Protocol):
    """An engine that can be looked into: those of aligned mode."""

    def probe(self) -> Probe:
        """A look into the phase that was started."""
        ...
