"""The tolerances of what two engines that do the same may differ by, for each precision."""

from __future__ import annotations

from dataclasses import dataclass

from twintune.protocol import Precision


@dataclass(frozen=True)
class Tolerances:
    """The tolerances of one precision; each is a share, as its comment says."""

    loss: float
    """A step's loss: a share of the loss, or of 1 where that is larger."""
    update: float
    """A tensor after a step: a share of the norm of its change."""
    optimizer: float
    """A tensor after an optimiser's step with given gradients: a share of the norm of its change."""
    inputs: float
    """Features or activations: a share of the image's largest one."""
    logits: float
    """A logit: a share of the test's largest one."""
    moves: int
    """The last places of the arrays by which inputs are moved to see how far an engine's own rounding grows.

    In float32 and float64 they are a hundred, as on the parity ladder. In half precision they are one of its own last
    places: a smaller move would be rounded away.
    """


TOLERANCES: dict[Precision, Tolerances] = {
    "float64": Tolerances(loss=1e-9, update=1e-9, optimizer=1e-9, inputs=1e-9, logits=1e-9, moves=100),
    "float32": Tolerances(loss=1e-5, update=1e-3, optimizer=1e-3, inputs=1e-4, logits=1e-4, moves=100),
    "bfloat16": Tolerances(loss=5e-2, update=3e-1, optimizer=1e-3, inputs=3e-1, logits=5e-1, moves=2**16),
    "float16": Tolerances(loss=1e-2, update=1e-1, optimizer=1e-3, inputs=5e-2, logits=1e-1, moves=2**13),
}
