"""A check of the weights that a phase ends with: whether they are the average that its steps have kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twintune.engines.engine import Engine

_AVERAGE = "ema."


def copied_averages(engine: Engine) -> dict[str, np.ndarray]:
    """Copies of the averages that the engine keeps, by the names of their weights; empty if it keeps none."""
    state = engine.state(backbone=False)
    return {name.removeprefix(_AVERAGE): np.array(value) for name, value in state.items() if name.startswith(_AVERAGE)}


def holds_averages(engine: Engine, averages: Mapping[str, np.ndarray]) -> bool:
    """Whether each weight of the live model that has an average equals it; False if there is no average."""
    if not averages:
        return False
    weights = {**engine.backbone_tensors(), **engine.head_tensors()}
    return all(np.array_equal(weights[name], average) for name, average in averages.items())
