"""A check of the weights that a phase ends with: whether they are the average that the engine has kept."""

from __future__ import annotations

import numpy as np

from twintune.engines.engine import Engine

_AVERAGE = "ema."


def holds_average(engine: Engine) -> bool:
    """Whether each weight that has an average equals it, read from the live model; False if the engine keeps none."""
    state = engine.state(backbone=False)
    averages = {name.removeprefix(_AVERAGE): value for name, value in state.items() if name.startswith(_AVERAGE)}
    if not averages:
        return False
    weights = {**engine.backbone_tensors(), **engine.head_tensors()}
    return all(np.array_equal(weights[name], average) for name, average in averages.items())
