"""The judgement of ill-conditioned values, by how far a hundred last places in the pixels move them in one engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintune.parity.ladder.differences import Pair, judge, larger_of, measure
from twintune.protocol import Rung, RungName, Trained

# The sensitivity beyond which two engines of one meaning may differ by any amount.
_CHAOS = 1e-2

Twins = tuple[np.ndarray | None, np.ndarray | None]
"""TensorFlow's and PyTorch's tensor; None for an engine that has none."""


@dataclass(frozen=True)
class SensitivePair:
    """A value of both engines, and the same value after all pixels have been moved by a hundred last places."""

    place: str
    plain: Twins
    moved: Twins
    scale: float | None = None
    """The value that differences are a share of; None for the tensor's own largest value."""
    axes: tuple[str, ...] = ()
    """The names of the first axes, such as `channel`."""

    @property
    def sensitivity(self) -> float:
        """The larger of the two engines' sensitivities, a share of the largest value; 0 if it isn't known.

        A value of unknown sensitivity is so judged by the smallest bound.
        """
        engines = zip(self.plain, self.moved, strict=True)
        return max(_relative_move(plain, moved, self.scale) for plain, moved in engines)

    @property
    def difference(self) -> float:
        """The difference between the two engines, a share of the scale; infinite if they can't be compared."""
        return measure(Pair(self.place, *self.plain, bound=0, scale=self.scale)).size

    def allowance(self, least: float) -> float:
        """The largest difference between the two engines that passes, in the value's own unit.

        Args:
            least: The smallest bound.
        """
        scale = larger_of(*self.plain) if self.scale is None else self.scale
        return max(least, self.sensitivity) * scale

    @property
    def is_chaotic(self) -> bool:
        """Whether two engines of one meaning may differ by any amount; a value that isn't finite is never excused."""
        return self.sensitivity > _CHAOS and np.isfinite(self.difference)


def judge_by_sensitivity(rung: RungName, trained: Trained, pairs: list[SensitivePair], least: float) -> Rung:
    """Judges each pair by its sensitivity, and leaves out chaotic pairs.

    Args:
        rung: The rung's name.
        trained: The part of the model that the recordings train.
        pairs: The pairs in the order of steps or of the model.
        least: The smallest bound.

    Returns:
        The rung; its note names the pairs that were left out.
    """
    judged = [pair for pair in pairs if not pair.is_chaotic]
    chaotic = [pair for pair in pairs if pair.is_chaotic]
    bounded = [
        Pair(pair.place, *pair.plain, bound=max(least, pair.sensitivity), scale=pair.scale, axes=pair.axes)
        for pair in judged
    ]
    return judge(rung, trained, bounded, _describe(chaotic) if chaotic else None)


def _describe(chaotic: list[SensitivePair]) -> str:
    others = f" and {len(chaotic) - 1} more" if len(chaotic) > 1 else ""
    sensitivity = max(pair.sensitivity for pair in chaotic)
    difference = max(pair.difference for pair in chaotic)
    return (
        f"Not judged: {chaotic[0].place}{others}, where a hundred last places in the pixels would move an engine's own"
        f" result by up to {sensitivity:.1e}; the engines differ by up to {difference:.1e}."
    )


def _relative_move(plain: np.ndarray | None, moved: np.ndarray | None, scale: float | None) -> float:
    if plain is None or moved is None or plain.shape != moved.shape:
        return 0.0
    largest = larger_of(plain, None) if scale is None else scale
    with np.errstate(invalid="ignore"):
        move = float(np.abs(moved - plain).max(initial=0)) / largest if largest > 0 else 0.0
    return move if np.isfinite(move) else 0.0
