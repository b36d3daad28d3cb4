"""A tensor that has changed between two looks is named."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.record.state_watch import StateWatch, first_not_empty, first_not_loaded

STATE = {"head.0.bias": np.array([1.0, 2.0]), "optimizer.step": np.array([1])}


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (STATE, None),
        ({**STATE, "optimizer.step": np.array([2])}, "optimizer.step"),
        ({"optimizer.step": STATE["optimizer.step"]}, "head.0.bias"),
        ({**STATE, "optimizer.exp_avg.head.0.bias": np.zeros(2)}, "optimizer.exp_avg.head.0.bias"),
    ],
)
def test_the_first_tensor_that_is_not_what_was_left_is_named(now: dict[str, np.ndarray], changed: str | None) -> None:
    watch = StateWatch()
    watch.leave(STATE)
    assert watch.changed(now) == changed


def test_a_state_that_was_left_is_compared_once() -> None:
    watch = StateWatch()
    watch.leave(STATE)
    watch.changed(STATE)
    with pytest.raises(LookupError):
        watch.changed(STATE)


def test_a_loaded_tensor_that_is_missing_or_another_is_named_and_a_new_one_is_not() -> None:
    assert first_not_loaded(STATE, {**STATE, "optimizer.new": np.array([1])}) is None
    assert first_not_loaded(STATE, {"optimizer.step": STATE["optimizer.step"]}) == "head.0.bias"
    assert first_not_loaded(STATE, {**STATE, "head.0.bias": np.array([1.0, 2.5])}) == "head.0.bias"


def test_a_buffer_of_the_optimiser_that_is_not_zero_is_named() -> None:
    assert first_not_empty(STATE) == "optimizer.step"
    assert first_not_empty({"head.0.bias": np.ones(2), "optimizer.exp_avg.head.0.bias": np.zeros(2)}) is None
