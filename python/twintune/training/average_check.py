"""Looks at the weights that a phase validates and ends with: whether they are the average that its steps have kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twintune.engines.engine import Engine
from twintune.protocol import WeightsKind
from twintune.training.context import RunContext
from twintune.training.head_watch import HeadWatch

_AVERAGE = "ema."


class AverageCheck:
    """The look at the weights of one run."""

    def __init__(self, run: RunContext, head_watch: HeadWatch) -> None:
        self._run = run
        self._head_watch = head_watch

    def before_validation(self) -> dict[str, np.ndarray]:
        """Copies the averages for the first validation of a phase. Later the head alone tells whether they stand in."""
        return {} if self._run.record.state.trained[-1].validated_weights else _copied_averages(self._run.engine)

    def tell_validated(self, averages: Mapping[str, np.ndarray]) -> None:
        """Tells which weights the live model has in a validation; once they are averaged in part, that stays.

        Args:
            averages: The averages that `before_validation` has copied.
        """
        trained = self._run.record.state.trained[-1]
        if trained.validated_weights != "averaged in part":
            trained.validated_weights = _kind_of_weights(self._run.engine, averages, self._head_watch.is_as_left())

    def adopt_average(self) -> None:
        """Has the engine adopt its average, if it keeps one, and tells which weights the phase ends with."""
        engine = self._run.engine
        averages = _copied_averages(engine)
        engine.adopt_average()
        self._run.record.state.trained[-1].final_weights = _kind_of_weights(engine, averages, is_head_of_steps=True)


def _copied_averages(engine: Engine) -> dict[str, np.ndarray]:
    """Copies of the averages that the engine keeps, by the names of their weights; empty if it keeps none."""
    state = engine.state(backbone=False)
    return {name.removeprefix(_AVERAGE): np.array(value) for name, value in state.items() if name.startswith(_AVERAGE)}


def _kind_of_weights(engine: Engine, averages: Mapping[str, np.ndarray], is_head_of_steps: bool) -> WeightsKind:
    """The kind of the weights that the live model has.

    Args:
        engine: The engine, whose weights may be averages at the moment.
        averages: The averages; empty if there are none, or if the head alone is to tell.
        is_head_of_steps: Whether the head is the one that the last step left.

    Returns:
        `averaged` where each weight that has an average equals it, `averaged in part` where some weight doesn't and
        the head isn't that of the steps.
    """
    if not averages:
        return "of the steps" if is_head_of_steps else "averaged"
    weights = {**engine.backbone_tensors(), **engine.head_tensors()}
    if all(np.array_equal(weights[name], average) for name, average in averages.items()):
        return "averaged"
    return "of the steps" if is_head_of_steps else "averaged in part"
