"""Dynamic loss scaling for float16, whose gradients would otherwise be too small to be told from zero.

The loss is multiplied by a scale before its gradients are taken, and they are divided by it afterwards. Where one of
them isn't finite the step is skipped and the scale reduced; after many steps without that it grows. Constants and
arithmetic are those of `torch.amp.GradScaler`.
"""

INITIAL_SCALE = 65536.0
GROWTH_FACTOR = 2.0
BACKOFF_FACTOR = 0.5
GROWTH_INTERVAL = 2000
"""Steps without a skipped one after which the scale grows."""


def describe_loss_scaling(growth: float, backoff: float, interval: int) -> str:
    """A line on a live scaling's constants, in the words of both frameworks."""
    return f"loss scaled dynamically (growth {growth:g} after {interval} steps, backoff {backoff:g})"


def explain_skipped_steps(count: int) -> str:
    """A warning that optimiser steps were skipped."""
    return (
        f"Loss scaling skipped {count} optimiser steps, because a gradient was too large for float16. A few at the"
        " start are usual, until the scale fits."
    )
