"""A run tells where its steps don't keep their outcomes apart until they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import PHASE, RESNET
from twintune.protocol import RunRequest, StateCheck
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")


def changes_of(request: RunRequest) -> list[StateCheck]:
    (phase,) = run(request, lambda report: None).facts.phases
    return [check for check in phase.continuity if check.changed is not None]


@pytest.fixture
def change_outcomes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that has every step return what another function makes of its outcome."""
    from twintune.engines.pytorch.steps import TrainStep

    def change(made_of: Callable[[tuple], tuple]) -> None:
        take = TrainStep.__call__
        monkeypatch.setattr(TrainStep, "__call__", lambda self, step: made_of(take(self, step)))

    return change


# Where steps are kept each is read before the next one is taken.
@pytest.mark.parametrize("kept", ["none", "chosen"])
def test_a_first_step_whose_loss_later_steps_overwrite_is_named(
    make_request: Callable[..., RunRequest], change_outcomes: Callable[..., None], kept: str
) -> None:
    request = make_request("pytorch", model=RESNET, training={"phases": [{**PHASE, "epochs": 2}]}, keepSteps=kept)
    assert changes_of(request) == []
    buffer: list[Any] = []

    def overwritten(outcome: tuple) -> tuple:
        loss, *others = outcome
        buffer[:] = buffer or [loss.clone()]
        return buffer[0].copy_(loss), *others

    change_outcomes(overwritten)
    named = StateCheck(at="when steps of epoch 1 had been taken after it", changed="the outcome of step 1")
    assert changes_of(request) == [named]
