"""The sweep of the learning rate: by hand on an engine of one number, and in both frameworks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import PHASE
from reports import Reports
from twintune.data.loader import Batch
from twintune.data.targets import TargetEncoder
from twintune.engines.engine import StepInputs, StepOutcome
from twintune.errors import TwintuneError
from twintune.protocol import FindLearningRateRequest
from twintune.record.reporter import Reporter
from twintune.training.groups import GroupTrainer, endless_groups
from twintune.training.lr_finder import find_learning_rate, sweep, sweep_rates

FRAMEWORKS = ["tensorflow", "pytorch"]


class Losses:
    """An engine whose losses are given."""

    draws_dropout = False

    def __init__(self, losses: list[float]) -> None:
        self._losses = iter(losses)
        self.steps: list[StepInputs] = []

    def train_step(self, step: StepInputs) -> float:
        self.steps.append(step)
        return next(self._losses)

    def read_steps(self, handles: list[float]) -> list[StepOutcome]:
        return [StepOutcome(loss, 0, images=1, weight=1.0) for loss in handles]


def three_images(epoch: int):
    """An epoch of three batches of one image, each of a class of its own."""
    for label in range(3):
        yield Batch(np.zeros(1), np.array([label]), np.array([label])), np.eye(3)[[label]]


@pytest.fixture
def sweep_losses(make_request):
    """Sweeps over given losses; rates are 1, 2, 3..."""

    def run(losses: list[float], accumulation: int = 1, weights=(1.0, 1.0, 1.0), emit=lambda report: None):
        # Of an engine it has what a sweep asks for.
        engine: Any = Losses(losses)
        run = make_request("pytorch")
        targets = TargetEncoder(np.arange(3), 3, run.training)
        targets.class_weights = np.array(weights)
        rates = [float(rate) for rate in range(1, len(losses) // accumulation + 1)]
        groups = endless_groups(three_images, accumulation)
        return engine, sweep(GroupTrainer(engine, run, targets), groups, rates, Reporter(emit))

    return run


def test_rates_grow_by_the_same_factor_towards_the_end(make_request) -> None:
    request = FindLearningRateRequest(make_request("pytorch"), start=1e-7, end=10, steps=100)
    rates = sweep_rates(request)
    assert len(rates) == 100
    assert rates[0] == 1e-7
    # A hundred steps over eight powers of ten; the hundred and first would be at 10.
    assert rates[1] / rates[0] == pytest.approx(10**0.08, rel=1e-12)
    assert rates[-1] * 10**0.08 == pytest.approx(10, rel=1e-12)


def test_losses_are_smoothed_as_if_the_mean_had_not_begun_at_zero(sweep_losses) -> None:
    _, (points, ended) = sweep_losses([2.0, 1.0, 3.0])
    assert [point.loss for point in points] == [2.0, 1.0, 3.0]
    # A loss weighs 0.98 to the power of its age: (0.98 * 2 + 1) / 1.98, (0.98**2 * 2 + 0.98 + 3) / (1.98 + 0.98**2).
    assert [point.smoothed_loss for point in points] == pytest.approx([2, 2.96 / 1.98, 5.9008 / 2.9404], rel=1e-12)
    assert ended == "finished"


def test_a_smoothed_loss_of_more_than_four_times_the_lowest_ends_the_sweep(sweep_losses) -> None:
    _, (points, ended) = sweep_losses([1.0, 1.0, 50.0, 1.0])
    assert ended == "diverged"
    # The step that diverged is part of the curve.
    assert len(points) == 3
    _, (points, ended) = sweep_losses([1.0, 6.9, 1.0])
    # (0.98 + 6.9) / 1.98 is 3.98.
    assert (len(points), ended) == (3, "finished")


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_the_sweep_before_it(sweep_losses, loss: float) -> None:
    _, (points, ended) = sweep_losses([2.0, loss, 1.0])
    assert ([point.loss for point in points], ended) == ([2.0], "notFinite")


def test_a_first_loss_that_is_not_finite_is_a_failure(sweep_losses) -> None:
    with pytest.raises(TwintuneError, match="before any weight has moved") as caught:
        sweep_losses([math.nan])
    assert caught.value.code == "LOSS_NOT_FINITE"


def test_epochs_repeat_when_the_data_are_short(sweep_losses) -> None:
    engine, _ = sweep_losses([1.0] * 7)
    assert [int(step.targets.labels[0]) for step in engine.steps] == [0, 1, 2, 0, 1, 2, 0]
    assert [step.learning_rate for step in engine.steps] == [1, 2, 3, 4, 5, 6, 7]


def test_accumulated_batches_are_one_step_with_the_mean_loss_of_its_images(sweep_losses) -> None:
    engine, (points, _) = sweep_losses([1.0, 4.0, 2.0, 3.0], accumulation=2, weights=(1.0, 2.0, 1.0))
    # Labels 0 and 1, whose class counts twice; then label 2, the end of the epoch, alone.
    assert [point.loss for point in points] == pytest.approx([(1 + 2 * 4) / 3, 2.0])
    assert [step.divisor for step in engine.steps] == [None, 3.0, 1.0]


def test_every_step_is_told_of(sweep_losses) -> None:
    reports = Reports()
    sweep_losses([2.0, 1.0], emit=reports.append)
    assert [(report["step"], report["steps"], report["learningRate"]) for report in reports] == [(1, 2, 1), (2, 2, 2)]


# The command's sweep of test/integration/lr-find.test.ts holds the same in every test run.
@pytest.mark.slow
@pytest.mark.usefixtures("frameworks")
def test_both_frameworks_come_to_the_same_curve(make_request) -> None:
    phase = {**PHASE, "trainable": "all"}
    first, second = (
        find_learning_rate(
            FindLearningRateRequest(
                make_request(framework, training={"precision": "float64", "phases": [phase]}),
                start=1e-7,
                end=10,
                steps=24,
            ),
            lambda report: None,
        )
        for framework in FRAMEWORKS
    )
    # Rounding in float64 grows from 1e-15 with every step over all parameters; near divergence it is no longer small.
    before_divergence = slice(0, min(len(first.points), len(second.points)) - 5)
    ours, theirs = ([point.loss for point in result.points[before_divergence]] for result in (first, second))
    assert len(ours) >= 12
    assert ours == pytest.approx(theirs, rel=1e-6)
    assert first.suggestions == second.suggestions
    assert first.suggestions.valley is not None
