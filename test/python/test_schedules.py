"""Learning rates, step by step."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from conftest import PHASE
from twintune.protocol import Phase
from twintune.schedules import learning_rates


def rates(epochs: int, steps: int, **schedule) -> list[float]:
    return learning_rates(msgspec.convert({**PHASE, "epochs": epochs, "schedule": schedule}, Phase), steps)


def test_constant_is_constant() -> None:
    assert rates(2, 3, name="constant", warmupEpochs=0) == [1e-3] * 6


def test_warm_up_is_linear_and_reaches_the_rate() -> None:
    assert rates(2, 4, name="constant", warmupEpochs=1) == pytest.approx([2.5e-4, 5e-4, 7.5e-4, 1e-3] + [1e-3] * 4)


def test_cosine_starts_at_the_rate_and_is_half_way_in_the_middle() -> None:
    values = rates(1, 10, name="cosine", warmupEpochs=0, finalLearningRate=1e-4)
    assert values[0] == 1e-3
    assert values[5] == pytest.approx((1e-3 + 1e-4) / 2)
    assert all(after < before for before, after in itertools.pairwise(values))
    assert values[-1] > 1e-4
