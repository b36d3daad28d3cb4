"""How far apart the tensors of two engines are, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twintune.protocol import Rung, RungName, Trained

# Values below this share of what they come from (the model's largest gradient, the spread that a mean is of).
_NOISE = 1e-12


@dataclass(frozen=True)
class Pair:
    """One tensor as the two engines have it; None where an engine has none."""

    place: str
    """What it is, for people."""
    tensorflow: np.ndarray | None
    pytorch: np.ndarray | None
    bound: float
    """What a relative difference may come to."""
    scale: float | None = None
    """What differences are a share of; None for the tensor's own largest value, of either engine."""
    axes: tuple[str, ...] = ()
    """What the first axes count."""


@dataclass(frozen=True)
class Difference:
    """The largest difference between the two tensors of a pair."""

    size: float
    """A share of the scale; infinite where the tensors can't be compared or hold a value that isn't finite."""
    bound: float
    place: str
    tensorflow: float | None
    """The value at the place."""
    pytorch: float | None
    reason: str | None
    """Why the tensors can't be compared."""

    @property
    def passed(self) -> bool:
        """Whether it is within its bound."""
        return self.size <= self.bound

    @property
    def severity(self) -> float:
        """What the worst of several has most of: the difference as a multiple of its bound, where that isn't zero."""
        return self.size / self.bound if self.bound > 0 else self.size


def measure(pair: Pair) -> Difference:
    """Finds the largest difference of a pair, or its first value that isn't finite."""
    ours, theirs = pair.tensorflow, pair.pytorch
    if ours is None or theirs is None:
        return _incomparable(pair, f"{'TensorFlow' if ours is None else 'PyTorch'} has none.")
    if ours.shape != theirs.shape:
        return _incomparable(pair, f"TensorFlow's has the shape {list(ours.shape)}, PyTorch's {list(theirs.shape)}.")
    if ours.size == 0:
        return _incomparable(pair, "It holds no value.")
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if not finite.all():
        return _difference_at(int(np.flatnonzero(~finite)[0]), np.inf, pair, "A value is not finite.")
    gaps = np.abs(ours - theirs)
    index = int(gaps.argmax())
    gap = float(gaps.flat[index])
    scale = larger_of(ours, theirs) if pair.scale is None else pair.scale
    return _difference_at(index, gap / scale if gap > 0 else 0.0, pair, None)


def larger_of(ours: np.ndarray | None, theirs: np.ndarray | None) -> float:
    """The largest absolute value of both tensors; 0 where there is none."""
    return max((float(np.abs(tensor).max(initial=0)) for tensor in (ours, theirs) if tensor is not None), default=0.0)


def is_noise(largest: float, scale: float) -> bool:
    """Whether a tensor whose largest value is `largest` is rounding around a true zero, beside what it comes from."""
    return largest < _NOISE * scale


def judge(rung: RungName, trained: Trained, pairs: Iterable[Pair], note: str | None = None) -> Rung:
    """Judges a rung by the pairs that it is made of.

    Args:
        rung: Its name.
        trained: What the recordings train.
        pairs: In the order in which a difference spreads: the first one beyond its bound is named, else the worst.
        note: What is to be said beside.

    Returns:
        The rung; failed where there is nothing to judge.
    """
    differences = [measure(pair) for pair in pairs]
    if not differences:
        return make_rung(rung, trained, passed=False, note=note or "There was nothing to compare.")
    worst = max(differences, key=lambda difference: difference.severity)
    named = next((difference for difference in differences if not difference.passed), worst)
    elsewhere = None
    if named is not worst and np.isfinite(named.size):
        elsewhere = f"There it is {named.size:.1e}, beyond {named.bound:.1e}; the largest is at {worst.place}."
    notes = [text for text in (named.reason, note, elsewhere) if text is not None]
    return make_rung(
        rung,
        trained,
        passed=named.passed,
        worst=worst.size,
        bound=worst.bound,
        # Where all is equal no place is worse than another.
        place=named if named.size > 0 else None,
        note=" ".join(notes) or None,
    )


def make_rung(
    rung: RungName,
    trained: Trained,
    *,
    passed: bool,
    worst: float = np.inf,
    bound: float = 0,
    place: Difference | None = None,
    note: str | None = None,
) -> Rung:
    """A rung with what was found on it; `worst` is infinite where a difference has no size."""
    return Rung(
        rung=rung,
        trained=trained,
        precision="float64",
        passed=passed,
        worst=finite_or_none(worst),
        bound=bound,
        where=None if place is None else place.place,
        tensorflow=None if place is None else place.tensorflow,
        pytorch=None if place is None else place.pytorch,
        known=None,
        note=note,
    )


def finite_or_none(value: float) -> float | None:
    """JSON has no word for what isn't finite."""
    return float(value) if np.isfinite(value) else None


def _incomparable(pair: Pair, reason: str) -> Difference:
    return Difference(np.inf, pair.bound, pair.place, None, None, reason)


def _difference_at(index: int, size: float, pair: Pair, reason: str | None) -> Difference:
    assert pair.tensorflow is not None and pair.pytorch is not None
    return Difference(
        size=size,
        bound=pair.bound,
        place=pair.place + _position(np.unravel_index(index, pair.tensorflow.shape), pair.axes),
        tensorflow=finite_or_none(pair.tensorflow.flat[index]),
        pytorch=finite_or_none(pair.pytorch.flat[index]),
        reason=reason,
    )


def _position(indices: tuple, axes: tuple[str, ...]) -> str:
    """`, [image 3, channel 17, 4, 5]`, counted from 0."""
    if not indices:
        return ""
    words = [f"{axes[axis]} {index}" if axis < len(axes) else str(index) for axis, index in enumerate(indices)]
    return f", [{', '.join(words)}]"
