"""The differences between the tensors of two engines: their size and place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twintune.protocol import Rung, RungName, Trained

# Values below this share of what they derive from (the model's largest gradient, or the spread around a mean) are
# rounding noise.
_NOISE = 1e-12


@dataclass(frozen=True)
class Pair:
    """One tensor of both engines; None for an engine that has none."""

    place: str
    """The name of the tensor, for people."""
    tensorflow: np.ndarray | None
    pytorch: np.ndarray | None
    bound: float
    """The largest relative difference that passes."""
    scale: float | None = None
    """The value that differences are a share of; None for the tensor's own largest value, of either engine."""
    axes: tuple[str, ...] = ()
    """The names of the first axes, such as `image` and `channel`."""


@dataclass(frozen=True)
class Difference:
    """The largest difference between the two tensors of a pair."""

    size: float
    """The difference as a share of the scale; infinite if the tensors can't be compared or a value isn't finite."""
    bound: float
    place: str
    tensorflow: float | None
    """TensorFlow's value at the place."""
    pytorch: float | None
    reason: str | None
    """The reason why the tensors can't be compared, if any."""

    @property
    def passed(self) -> bool:
        """Whether the difference is within its bound."""
        return self.size <= self.bound

    @property
    def severity(self) -> float:
        """The difference as a multiple of its bound, or as it is if the bound is zero; the worst has the largest."""
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
    """The largest absolute value of both tensors; 0 if there is none."""
    return max((float(np.abs(tensor).max(initial=0)) for tensor in (ours, theirs) if tensor is not None), default=0.0)


def is_noise(largest: float, scale: float) -> bool:
    """Whether a tensor whose largest value is `largest` is rounding noise beside the `scale` of its origin."""
    return largest < _NOISE * scale


def judge(rung: RungName, trained: Trained, pairs: Iterable[Pair], note: str | None = None) -> Rung:
    """Judges a rung by its pairs of tensors.

    Args:
        rung: The rung's name.
        trained: The part of the model that the recordings train.
        pairs: The pairs in the order in which a difference spreads: the first one beyond its bound is named, else the
        worst.
        note: A remark for the rung's note.

    Returns:
        The rung; it fails if there is nothing to judge.
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
        limit=max(difference.bound for difference in differences),
        # If all is equal no place is worse than another.
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
    limit: float | None = None,
    place: Difference | None = None,
    note: str | None = None,
) -> Rung:
    """Makes a rung from its findings; `worst` is infinite if a difference has no size, `limit` None if unknown."""
    return Rung(
        rung=rung,
        trained=trained,
        precision="float64",
        passed=passed,
        worst=finite_or_none(worst),
        bound=bound,
        limit=limit,
        where=None if place is None else place.place,
        tensorflow=None if place is None else place.tensorflow,
        pytorch=None if place is None else place.pytorch,
        known=None,
        note=note,
    )


def finite_or_none(value: float) -> float | None:
    """A number for JSON, which has none that isn't finite: these become None."""
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
    """Describes a position in a tensor, counted from 0, such as `, [image 3, channel 17, 4, 5]`."""
    if not indices:
        return ""
    words = [f"{axes[axis]} {index}" if axis < len(axes) else str(index) for axis, index in enumerate(indices)]
    return f", [{', '.join(words)}]"
