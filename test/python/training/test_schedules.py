"""Learning rates, step by step."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from conftest import PHASE
from twintune.protocol import Phase
from twintune.training.schedules import learning_rates


def rates(epochs: int, steps: int, **schedule) -> list[float]:
    return learning_rates(msgspec.convert({**PHASE, "epochs": epochs, "schedule": schedule}, Phase), steps)


def test_constant_is_constant() -> None:
    assert rates(2, 3, name="constant", warmupEpochs=0) == [1e-3] * 6


# Holds the option training.phases[].schedule.warmupEpochs
def test_warm_up_is_linear_and_reaches_the_rate() -> None:
    assert rates(2, 4, name="constant", warmupEpochs=1) == pytest.approx([2.5e-4, 5e-4, 7.5e-4, 1e-3] + [1e-3] * 4)


# Holds the option training.phases[].schedule.finalLearningRate
def test_cosine_starts_at_the_rate_and_is_half_way_in_the_middle() -> None:
    values = rates(1, 10, name="cosine", warmupEpochs=0, finalLearningRate=1e-4)
    assert values[0] == 1e-3
    assert values[5] == pytest.approx((1e-3 + 1e-4) / 2)
    assert all(after < before for before, after in itertools.pairwise(values))
    assert values[-1] > 1e-4


def test_cosine_after_a_warm_up_spans_the_steps_that_are_left() -> None:
    values = rates(3, 4, name="cosine", warmupEpochs=1, finalLearningRate=0)
    assert values[3] == values[4] == 1e-3
    assert values[8] == pytest.approx(1e-3 / 2)


def test_steps_that_drop_more_often_than_steps_are_taken_drop_at_each() -> None:
    values = rates(1, 3, name="step", warmupEpochs=0, everyEpochs=0.1, factor=0.5)
    assert values == pytest.approx([1e-3, 5e-4, 2.5e-4])


# Holds the options training.phases[].schedule.everyEpochs, training.phases[].schedule.factor
def test_steps_drop_at_every_so_many_epochs_after_the_warm_up() -> None:
    values = rates(4, 2, name="step", warmupEpochs=1, everyEpochs=1.5, factor=0.1)
    assert values == pytest.approx([5e-4, 1e-3] + [1e-3] * 3 + [1e-4] * 3)


# The formula is PyTorch's: nothing but rounding may be between them.
# Holds the options training.phases[].schedule.name, training.phases[].schedule.riseFraction,
# training.phases[].schedule.startDivisor, training.phases[].schedule.finalDivisor
@pytest.mark.parametrize(("steps", "rise"), [(20, 0.25), (20, 0.3), (7, 0.5), (100, 0.99)])
def test_one_cycle_is_pytorch_s_step_by_step(steps: int, rise: float) -> None:
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    # PyTorch's final divisor is of the first rate, ours of the peak.
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=1e-3,
        total_steps=steps,
        pct_start=rise,
        div_factor=25,
        final_div_factor=1e5 / 25,
        cycle_momentum=False,
    )
    expected = []
    for _ in range(steps):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    ours = rates(1, steps, name="oneCycle", riseFraction=rise, startDivisor=25, finalDivisor=1e5)
    assert ours == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_one_cycle_of_a_few_steps_starts_and_ends_where_it_should(steps: int) -> None:
    values = rates(1, steps, name="oneCycle", riseFraction=0.25, startDivisor=10, finalDivisor=1000)
    assert values[0] == pytest.approx(1e-4)
    assert steps == 1 or values[-1] == pytest.approx(1e-6)
    assert all(0 < value <= 1e-3 for value in values)


def test_a_warm_up_may_fill_the_whole_phase() -> None:
    assert rates(1, 2, name="cosine", warmupEpochs=0.9, finalLearningRate=0) == pytest.approx([5e-4, 1e-3])
