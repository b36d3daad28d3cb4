"""A run keeps a few of its steps whole."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from twintune.record.kept_steps import KeptStep, StepKeeper, StepPlace, chosen_steps, find_kept_steps

STATE = {"head.0.weight": np.ones((2, 3), np.float32), "optimizer.step": np.array([1])}


def test_the_first_a_middle_and_the_last_step_are_chosen_and_some_of_the_first_two_epochs() -> None:
    assert chosen_steps(epochs=5, steps=75) == {(1, 1), (1, 75), (2, 1), (3, 38), (5, 75)}
    assert chosen_steps(epochs=1, steps=1) == {(1, 1)}


def test_a_step_is_found_again_with_the_states_before_and_after_it_and_its_inputs(tmp_path: Path) -> None:
    keeper, step = StepKeeper(tmp_path, is_resumed=False), _step(2)
    keeper.begin(step, STATE)
    keeper.add_inputs(np.arange(6.0).reshape(2, 3))
    keeper.end(msgspec.structs.replace(step, losses=(0.5,)), {**STATE, "head.0.weight": STATE["head.0.weight"] * 2})
    (found,) = find_kept_steps(tmp_path)
    assert found.step.losses == (0.5,)
    np.testing.assert_array_equal(found.before()["head.0.weight"], STATE["head.0.weight"])
    np.testing.assert_array_equal(found.after()["head.0.weight"], 2 * STATE["head.0.weight"])
    assert set(found.after()) == set(STATE)
    assert [inputs.tolist() for inputs in found.inputs()] == [[[0, 1, 2], [3, 4, 5]]]


def test_steps_come_in_the_order_in_which_they_were_taken(tmp_path: Path) -> None:
    keeper = StepKeeper(tmp_path, is_resumed=False)
    for number in (10, 2):
        keeper.begin(_step(number), STATE)
        keeper.end(_step(number), STATE)
    assert [found.step.place.step for found in find_kept_steps(tmp_path)] == [2, 10]


def test_a_step_that_was_not_taken_to_its_end_is_passed_over(tmp_path: Path) -> None:
    StepKeeper(tmp_path, is_resumed=False).begin(_step(1), STATE)
    assert find_kept_steps(tmp_path) == []


def test_a_run_that_begins_anew_forgets_the_steps_of_an_earlier_attempt_and_one_that_goes_on_does_not(
    tmp_path: Path,
) -> None:
    keeper = StepKeeper(tmp_path, is_resumed=False)
    keeper.begin(_step(1), STATE)
    keeper.end(_step(1), STATE)
    StepKeeper(tmp_path, is_resumed=True)
    assert len(find_kept_steps(tmp_path)) == 1
    StepKeeper(tmp_path, is_resumed=False)
    assert find_kept_steps(tmp_path) == []


def _step(number: int) -> KeptStep:
    return KeptStep(StepPlace(1, 1, number), 0, number - 1, number - 1, 1, 0)
