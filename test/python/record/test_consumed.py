"""The images of an epoch are counted where the engine consumed them."""

from __future__ import annotations

import msgspec
import numpy as np
from twintune.engines.engine import StepOutcome
from twintune.record.consumed import Consumed, ConsumedState


def test_images_are_counted_with_the_different_ones_among_them_their_weight_and_the_right_answers() -> None:
    consumed = Consumed(10)
    consumed.add(_outcome(3, 3.5, right=2), 2.0, np.array([0, 4, 9]), is_to_move=True)
    consumed.add(_outcome(2, 2.0, right=1), 2.0, np.array([4, 5]), is_to_move=True)
    assert (consumed.images, consumed.distinct, consumed.weight, consumed.right) == (5, 4, 5.5, 3)


def test_a_step_that_leaves_the_head_as_it_was_counts_unless_nothing_was_to_be_learnt() -> None:
    consumed = Consumed(4)
    still = _outcome(1, 1.0, moved=False)
    consumed.add(still, 2.0, np.array([0]), is_to_move=True)
    consumed.add(still, 2.0, np.array([1]), is_to_move=False)
    consumed.add(_outcome(1, 1.0, moved=False, loss=0.0), 2.0, np.array([2]), is_to_move=True)
    consumed.add(_outcome(1, 1.0, moved=None), 2.0, np.array([3]), is_to_move=True)
    assert consumed.still == 1


def test_a_count_goes_on_after_a_checkpoint() -> None:
    consumed = Consumed(10)
    consumed.add(_outcome(2, 2.0, right=1), 2.0, np.array([1, 8]), is_to_move=True)
    state = msgspec.json.decode(msgspec.json.encode(consumed.state), type=ConsumedState)
    resumed = Consumed(10, state)
    resumed.add(_outcome(2, 2.0, right=2), 2.0, np.array([8, 9]), is_to_move=True)
    assert (resumed.images, resumed.distinct, resumed.weight, resumed.right) == (4, 3, 4.0, 3)


def _outcome(images: int, weight: float, moved: bool | None = True, loss: float = 1.0, right: int = 0) -> StepOutcome:
    return StepOutcome(loss, right, images, weight, moved)


def test_the_loss_is_the_mean_of_the_steps_losses_by_their_weights_in_one_sitting_or_two() -> None:
    consumed = Consumed(10)
    consumed.add(_outcome(2, 2.0, loss=1.0), 3.0, np.array([0, 1]), is_to_move=True)
    resumed = Consumed(10, consumed.state)
    resumed.add(_outcome(1, 1.0, loss=5.0), 1.0, np.array([2]), is_to_move=True)
    assert resumed.loss == 2.0
    assert Consumed(10).loss is None
