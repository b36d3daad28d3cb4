"""The judgement of rounding: each engine's error in the specification's precision, against its own float64.

Rounding errors are random: single ones of two equal engines differ by more than tenfold once in eight, while their root
mean squares over a tensor lie between 0.6 and 1.3 of each other. So an engine that is ten times less exact computes in
another way: with TensorFloat-32, with a fast-math kernel, or with sums in a half precision.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import get_args

import numpy as np

from twintune.parity.ladder.differences import finite_or_none, is_noise, larger_of
from twintune.parity.ladder.twin_recordings import TwinRecordings
from twintune.protocol import (
    JudgeRoundingRequest,
    JudgeRoundingResult,
    PlaceErrors,
    Precision,
    RoundedRungName,
    Rounding,
)

_MOST_RATIO = 10
# The fewest values whose root mean square is judged; that of fewer says little.
_FEWEST_VALUES = 64

# Only rungs before the first step are judged: after it rounding moves Adam's steps by their own size.
_JUDGED = ("features", "logits")

_UNIT_ROUNDOFF: dict[Precision, float] = {"float64": 2**-53, "float32": 2**-24, "bfloat16": 2**-8, "float16": 2**-11}


@dataclass(frozen=True)
class _Squares:
    """Sums of squares over values of one engine, and over their differences."""

    differences: float
    values: float
    count: int

    def __add__(self, other: _Squares) -> _Squares:
        return _Squares(self.differences + other.differences, self.values + other.values, self.count + other.count)

    @property
    def error(self) -> float:
        """Root mean square of the differences, relative to that of the values; infinite if it can't be computed."""
        if self.differences == 0:
            return 0.0
        error = math.sqrt(self.differences / self.values) if self.values > 0 else math.inf
        return math.inf if math.isnan(error) else error


@dataclass(frozen=True)
class _Place:
    """One tensor of both engines, or several tensors that are too small by themselves."""

    name: str
    tensorflow: _Squares
    pytorch: _Squares

    def ratio(self, roundoff: float) -> float:
        """The larger error divided by the smaller; an error of zero counts as the unit roundoff."""
        better, worse = sorted((self.tensorflow.error, self.pytorch.error))
        return worse / (better or roundoff) if math.isfinite(worse) else math.inf


@dataclass(frozen=True)
class _Precisions:
    """Both engines' recordings in float64 and in the specification's precision."""

    exact: TwinRecordings
    rounded: TwinRecordings

    def place(self, name: str) -> _Place:
        exact, rounded = self.exact.both(name), self.rounded.both(name)
        return _Place(self.exact.place_of(name), _squares(exact[0], rounded[0]), _squares(exact[1], rounded[1]))

    def tensors(self, group: str) -> list[str]:
        """The names of a rung's tensors, in either precision."""
        recordings = (self.exact.pytorch, self.exact.tensorflow, self.rounded.pytorch, self.rounded.tensorflow)
        names = {name: None for recording in recordings for name in recording.tensors}
        return [name for name in names if name == group or name.startswith(f"{group}/")]


def judge_rounding(request: JudgeRoundingRequest) -> JudgeRoundingResult:
    """Judges the rounding errors of two engines.

    Args:
        request: The files of four recordings.

    Returns:
        The recorded rungs, from the bottom up. Each engine's error is its largest anywhere on the rung; `where` is the
        place with the largest ratio of the two errors.
    """
    precisions = _Precisions(
        exact=TwinRecordings.load(request.tensorflow.exact, request.pytorch.exact),
        rounded=TwinRecordings.load(request.tensorflow.rounded, request.pytorch.rounded),
    )
    rungs = (_judge(rung, precisions) for rung in get_args(RoundedRungName))
    return JudgeRoundingResult(rounding=[rung for rung in rungs if rung is not None])


def _judge(rung: RoundedRungName, precisions: _Precisions) -> Rounding | None:
    names = precisions.tensors(rung)
    if rung == "gradients":
        names = _without_noise(names, precisions.exact)
    places = _pool_small([precisions.place(name) for name in names])
    if not places:
        return None
    precision = precisions.rounded.pytorch.header.precision
    roundoff = _UNIT_ROUNDOFF[precision]
    furthest = max(places, key=lambda place: place.ratio(roundoff))
    ratio = furthest.ratio(roundoff)
    judged = rung in _JUDGED and furthest.pytorch.count >= _FEWEST_VALUES
    return Rounding(
        rung=rung,
        precision=precision,
        tensorflow=finite_or_none(max(place.tensorflow.error for place in places)),
        pytorch=finite_or_none(max(place.pytorch.error for place in places)),
        passed=not judged or ratio <= _MOST_RATIO,
        judged=judged,
        ratio=finite_or_none(ratio),
        where=furthest.name,
        errors=PlaceErrors(finite_or_none(furthest.tensorflow.error), finite_or_none(furthest.pytorch.error)),
    )


def _without_noise(names: list[str], exact: TwinRecordings) -> list[str]:
    largest = {name: larger_of(*exact.both(name)) for name in names}
    of_model = max(largest.values(), default=0.0)
    return [name for name in names if not is_noise(largest[name], of_model)]


def _pool_small(places: list[_Place]) -> list[_Place]:
    """Pools places of few values; a pool that still has few is left out if there is any other place."""
    large = [place for place in places if place.pytorch.count >= _FEWEST_VALUES]
    small = [place for place in places if place.pytorch.count < _FEWEST_VALUES]
    if not small:
        return large
    pool = _Place(
        small[0].name + (f" and {len(small) - 1} more" if len(small) > 1 else ""),
        functools.reduce(_Squares.__add__, (place.tensorflow for place in small)),
        functools.reduce(_Squares.__add__, (place.pytorch for place in small)),
    )
    return large if large and pool.pytorch.count < _FEWEST_VALUES else [*large, pool]


def _squares(exact: np.ndarray | None, rounded: np.ndarray | None) -> _Squares:
    """Sums of squares of a tensor; differences are infinite if one precision lacks the tensor, or has another shape."""
    if exact is None or rounded is None or exact.shape != rounded.shape:
        return _Squares(math.inf, 1.0, _FEWEST_VALUES)
    with np.errstate(invalid="ignore", over="ignore"):
        differences = float(np.square(rounded.astype(np.float64) - exact).sum())
    return _Squares(differences, float(np.square(exact).sum()), exact.size)
