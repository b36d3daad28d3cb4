"""Dynamic loss scaling for float16, whose gradients would otherwise be too small to be told from zero.

The loss is multiplied by a scale before its gradients are taken, and the gradients are divided by it afterwards. If a
gradient isn't finite the step is skipped and the scale reduced; after many steps without a skipped one the scale grows.
Constants and arithmetic are those of `torch.amp.GradScaler`.
"""

INITIAL_SCALE = 65536.0
GROWTH_FACTOR = 2.0
BACKOFF_FACTOR = 0.5
GROWTH_INTERVAL = 2000
"""The number of steps without a skipped one after which the scale grows."""


def describe_loss_scaling(growth: float, backoff: float, interval: int) -> str:
    """Describes a live scaling's constants, in the same words for both frameworks."""
    return f"loss scaled dynamically (growth {growth:g} after {interval} steps, backoff {backoff:g})"


def explain_skipped_steps(count: int) -> str:
    """The warning that optimiser steps were skipped."""
    return (
        f"Loss scaling skipped {count} optimiser steps, because a gradient was too large for float16. A few at the"
        " start are usual, until the scale fits."
    )
