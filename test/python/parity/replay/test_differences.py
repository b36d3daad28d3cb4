"""Two states after a step differ by rounding, by the chance of a sign, or by a mistake."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.parity.replay.differences import compare_directions, compare_lengths, compare_states
from twintune.protocol import TensorDifference

NAME = "optimizer.momentum_buffer.conv1.weight"
BEFORE = {NAME: np.zeros(400, np.float32)}
SIGNS = np.where(np.random.default_rng(0).random(400) < 0.5, -1, 1).astype(np.float32)


def beyond(differences: list[TensorDifference]) -> list[str]:
    return [each.tensor for each in differences if each.difference > each.bound]


def flipped(count: int) -> np.ndarray:
    signs = SIGNS.copy()
    signs[:count] *= -1
    return signs


def directions_beyond(theirs: np.ndarray, sensitivity: float = 0.0) -> list[str]:
    return beyond(compare_directions([NAME], BEFORE, {NAME: theirs}, {NAME: SIGNS}, {NAME: sensitivity}))


def test_a_few_other_signs_are_chance_where_a_change_is_the_signs_of_gradients() -> None:
    assert directions_beyond(flipped(4)) == []
    assert beyond(compare_states([NAME], BEFORE, {NAME: flipped(4)}, {NAME: SIGNS}, {}, 1e-3)) == [NAME]


def test_many_other_signs_are_no_chance() -> None:
    assert directions_beyond(flipped(100)) == [NAME]


@pytest.mark.parametrize("factor", [0.98, 1.02])
def test_a_change_of_another_norm_is_no_chance_unless_the_inputs_last_places_move_it_as_far(factor: float) -> None:
    theirs = (factor * SIGNS).astype(np.float32)
    assert directions_beyond(theirs) == [NAME]
    # The norm is 20, of which twenty times 0.05 is a twentieth.
    assert directions_beyond(theirs, sensitivity=0.05) == []


def test_a_change_by_no_more_than_last_places_may_be_none_on_one_side() -> None:
    # An average whose decay is 0.9999 hardly leaves the numbers that it begins with.
    begin = np.ones(400, np.float32)
    moved = begin + np.spacing(begin)
    found = compare_directions([NAME], {NAME: begin}, {NAME: begin}, {NAME: moved}, {})
    assert [(each.measure, each.difference) for each in found] == [("change", 1.0), ("norm", 1.0)]
    assert beyond(found) == []


def test_a_tensor_that_one_state_lacks_is_named() -> None:
    assert NAME in beyond(compare_directions([NAME], BEFORE, {}, {NAME: SIGNS}, {}))
    assert beyond(compare_states([NAME], BEFORE, {}, {NAME: SIGNS}, {}, 1e-3)) == [NAME]


@pytest.mark.parametrize(
    ("theirs", "sensitivity", "is_beyond"), [(0.96, 0, False), (0.82, 0, True), (0.82, 0.04, False), (np.nan, 0, True)]
)
def test_gradients_are_as_long_as_the_others_unless_the_inputs_last_places_move_their_length(
    theirs: float, sensitivity: float, is_beyond: bool
) -> None:
    found = compare_lengths("the head", theirs, 1.0, sensitivity, tolerance=0.05)
    assert beyond([found]) == (["the head"] if is_beyond else [])
    assert found.measure == "gradient"
