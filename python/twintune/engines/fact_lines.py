"""Lines that describe facts of a live model, in the same words for both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def describe_step(accumulation: int, clip_norm: float | None, average_decay: float | None, compiled: bool) -> str:
    """Describes, in one line, how a live step turns batches into an update."""
    clipping = "gradients not clipped" if clip_norm is None else f"gradients clipped at norm {clip_norm:g}"
    averaging = "weights not averaged" if average_decay is None else f"weights averaged by {average_decay:g}"
    compilation = ", compiled" if compiled else ""
    return f"cross-entropy, gradient accumulation {accumulation}, {clipping}, {averaging}{compilation}"


def describe_dropout(layers: Sequence[str]) -> str | None:
    """Describes layers that draw their own dropout masks, each in its library's words; None if there are none."""
    return _count_layers(layers) or None


def describe_batch_norm(layers: Sequence[tuple[str, bool, float, float]]) -> str:
    """Describes the live BatchNorm layers in one line.

    Args:
        layers: The mode, whether scale and shift train, the epsilon and the momentum (PyTorch's) of each layer.
    """
    kinds = [
        f"{mode}, scale and shift {'trained' if trains else 'fixed'}, epsilon {epsilon:.6g}, momentum {momentum:.6g}"
        for mode, trains, epsilon, momentum in layers
    ]
    return _count_layers(kinds) or "no layers"


def _count_layers(kinds: Sequence[str]) -> str:
    return "; ".join(f"{count} layers: {kind}" for kind, count in sorted(Counter(kinds).items()))
