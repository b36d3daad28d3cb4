"""The head's first weights and its dropout."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.model.head import dropout_masks, initial_head
from twintune.protocol import Head


def head(hidden: list[int], dropout: float = 0.0) -> Head:
    return Head(hidden=hidden, activation="relu", dropout=dropout)


def test_layers_follow_one_another() -> None:
    shapes = {name: tensor.shape for name, tensor in initial_head(head([16, 8]), 32, 3, seed=0).items()}
    assert shapes == {
        "head.0.weight": (16, 32),
        "head.0.bias": (16,),
        "head.1.weight": (8, 16),
        "head.1.bias": (8,),
        "head.2.weight": (3, 8),
        "head.2.bias": (3,),
    }


def test_weights_are_drawn_as_pytorch_draws_them() -> None:
    import torch

    ours = initial_head(head([]), 400, 300, seed=0)
    theirs = torch.nn.Linear(400, 300)
    for name in ("weight", "bias"):
        values = ours[f"head.0.{name}"]
        # Uniform in ±1/20; 300 draws or more lie within a hundredth of the ends but for one case in twenty.
        assert np.abs(values).max() == pytest.approx(1 / 20, rel=0.02)
        assert np.abs(values).max() <= 1 / 20
        assert values.std() == pytest.approx(float(getattr(theirs, name).detach().std()), rel=0.15)


# Holds the option model.head.dropout
def test_dropout_keeps_the_expectation() -> None:
    (mask,) = dropout_masks(head([1000], dropout=0.25), 100, seed=0, step=0, dtype="float64")
    assert set(np.unique(mask)) == {0.0, 1 / 0.75}
    # 100,000 draws: the mean of the mask has a standard deviation of 0.002.
    assert mask.mean() == pytest.approx(1, abs=0.01)


def test_every_step_drops_others() -> None:
    first, second = (dropout_masks(head([50], dropout=0.5), 10, 0, step, "float32")[0] for step in (0, 1))
    assert not np.array_equal(first, second)


def test_without_dropout_there_are_no_masks() -> None:
    assert dropout_masks(head([50]), 10, 0, 0, "float32") == ()
