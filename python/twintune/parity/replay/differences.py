"""The differences of two engines' states after a step that both took from the same state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twintune.model.tolerances import NOT_COMPARABLE
from twintune.protocol import TensorDifference
from twintune.protocol.judge_run import Measure

_NEIGHBOURS = 4
"""The neighbouring numbers by which a tensor may be rounded apart, however small its change is beside it."""
SENSITIVITY = 20
"""The factor on the engine's own sensitivity that gives the bound of a tensor or a loss.

Tensors whose gradients are nothing but rounding differ by up to six times as much. They say little; all others move by
less than the tolerance.
"""
_SIGNS = 0.5
"""The share of a change of signs by which two engines may differ."""
_NORM = 1e-2
"""The share of the norm of a change of signs by which two engines may differ."""
_LENGTH_SENSITIVITY = 5
"""The factor on the engine's own sensitivity that gives the bound of a length.

Among 80 clean steps in bfloat16, those whose lengths differed by more than 2% needed a factor of 1.4 at most.
"""
_TINY = float(np.finfo(np.float32).tiny)
_BESIDE_THE_MODEL = ("optimizer.", "ema.", "loss_scaling.")

State = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Moves:
    """The changes of a step's outcome by moves of its inputs, which are the engine's own sensitivity."""

    norms: dict[str, float]
    """The norm of each tensor's change."""
    loss: float
    head_gradient: float
    """The change of the norm of the head's gradients."""

    def larger_of(self, other: Moves) -> Moves:
        """The larger of each of two changes."""
        norms = {name: max(norm, other.norms[name]) for name, norm in self.norms.items()}
        return Moves(norms, max(self.loss, other.loss), max(self.head_gradient, other.head_gradient))


def compare_states(
    names: Iterable[str],
    before: State,
    theirs: State,
    ours: State,
    sensitivities: Mapping[str, float],
    tolerance: float,
) -> list[TensorDifference]:
    """Compares tensors of two states.

    A tensor's bound is a share of the norm of its change. The bound is larger where a move of the inputs by last places
    changes this engine's own result by more, as it does for gradients that are nothing but rounding.

    Args:
        names: The tensors to compare.
        before: This engine's state before the step.
        theirs: The other engine's state after it.
        ours: This engine's state after it.
        sensitivities: The norms of what a move of the inputs changes in this engine's own result, by tensor; none for a
            step whose gradients are given.
        tolerance: The share of the norm of a tensor's change.
    """
    return [_compare(name, before, theirs, ours, sensitivities.get(name, 0.0), tolerance) for name in names]


def compare_directions(
    names: Iterable[str], before: State, theirs: State, ours: State, sensitivities: Mapping[str, float]
) -> list[TensorDifference]:
    """Compares changes that are the signs of gradients, of which those of mere rounding are chance.

    Half of the change may differ, but hardly its norm, in which signs don't count. See `compare_states` for the
    arguments.
    """
    return [
        difference
        for name in names
        for difference in (
            _compare(name, before, theirs, ours, sensitivities.get(name, 0.0), _SIGNS),
            _compare_norms(name, before, theirs, ours, sensitivities.get(name, 0.0)),
        )
    ]


def compare_lengths(name: str, theirs: float, ours: float, sensitivity: float, tolerance: float) -> TensorDifference:
    """Compares the norms of two gradients.

    In half precision each of many values is off by some percent, but hardly the norm of all.

    Args:
        name: The part of the model that has these gradients.
        theirs: The norm of the other engine's gradients.
        ours: The norm of this engine's.
        sensitivity: The change of the norm by a move of the inputs.
        tolerance: The share of the larger norm.
    """
    return _compare_two_norms(name, theirs, ours, tolerance, _LENGTH_SENSITIVITY * sensitivity, "gradient")


def worst_of(differences: Sequence[TensorDifference]) -> TensorDifference:
    """The difference that is most times its bound."""
    return max(differences, key=lambda each: each.difference / each.bound)


def model_tensors(state: State) -> State:
    """The tensors of a state without the optimiser's buffers, the averages and the loss scaling."""
    return {name: tensor for name, tensor in state.items() if not name.startswith(_BESIDE_THE_MODEL)}


def norm_of_update(before: State, after: State) -> float:
    """The norm of the change of all weights, without the optimiser's buffers and averages."""
    squares = [
        np.square(after[name].astype(np.float64) - tensor).sum()
        for name, tensor in model_tensors(before).items()
        if name in after
    ]
    return float(np.sqrt(sum(squares)))


def norm_of_difference(one: np.ndarray, other: np.ndarray) -> float:
    """The norm of the difference of two arrays of one shape, computed in float64."""
    return _norm(one - other.astype(np.float64))


def _compare(
    name: str, before: State, theirs: State, ours: State, sensitivity: float, tolerance: float
) -> TensorDifference:
    if name not in ours or name not in theirs or ours[name].shape != theirs[name].shape:
        return TensorDifference(tensor=name, difference=NOT_COMPARABLE, bound=tolerance)
    here = ours[name].astype(np.float64)
    change = _norm(here - before[name]) if name in before else _norm(here)
    difference = _norm(theirs[name] - here)
    if not np.isfinite(difference):
        return TensorDifference(tensor=name, difference=NOT_COMPARABLE, bound=tolerance)
    allowed = max(tolerance * change, SENSITIVITY * sensitivity, _rounding(ours[name]), _TINY)
    # A tensor that stays as it was has no change to be a share of.
    scale = change if change > 0 else 1.0
    return TensorDifference(tensor=name, difference=difference / scale, bound=allowed / scale)


def _compare_norms(name: str, before: State, theirs: State, ours: State, sensitivity: float) -> TensorDifference:
    start = before[name].astype(np.float64) if name in before else 0.0
    one, other = (_norm(state[name] - start) if name in state else np.nan for state in (theirs, ours))
    # An average of large decay, or a weight at a small rate, changes by about its own last places.
    rounding = _rounding(ours[name]) if name in ours else 0.0
    return _compare_two_norms(name, one, other, _NORM, max(SENSITIVITY * sensitivity, rounding), "norm")


def _compare_two_norms(
    name: str, theirs: float, ours: float, tolerance: float, slack: float, measure: Measure
) -> TensorDifference:
    """Compares two norms, which may differ by a share of the larger one, or by the slack in their own unit."""
    larger = max(theirs, ours, _TINY)
    gap = abs(theirs - ours) / larger
    return TensorDifference(
        tensor=name,
        difference=gap if np.isfinite(gap) else NOT_COMPARABLE,
        bound=max(tolerance, slack / larger),
        measure=measure,
    )


def _rounding(tensor: np.ndarray) -> float:
    """The norm of the difference that rounding alone may make between two engines' values of a tensor."""
    return _NEIGHBOURS * float(np.finfo(tensor.dtype).eps) * _norm(tensor) if tensor.dtype.kind == "f" else 0.0


def _norm(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values, dtype=np.float64).sum()))
