"""A run tells of a head that isn't as its steps have left it: after an epoch, in a checkpoint, and once restored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import ADAM, PHASE, RESNET
from twintune.protocol import RunRequest
from twintune.training.loop import run
from twintune.training.run_checkpoints import RunCheckpoints

pytestmark = pytest.mark.usefixtures("frameworks")

CHECKPOINTS = {"everyEpochs": 2, "everySteps": None, "keep": 1}
AVERAGED = {"ema": {"decay": 0.9}, "phases": [{**PHASE, "epochs": 4}], "checkpoints": CHECKPOINTS}
LOUD = {**PHASE, "epochs": 3, "optimizer": {**ADAM, "learningRate": 0.3}}
# No later epoch improves by so much on the first one.
STOPPING = {"monitor": "loss", "mode": "max", "patience": 3, "minDelta": 100.0, "restoreBest": True}


def moments_of_change(request: RunRequest) -> list[str]:
    phases = run(request, lambda report: None).facts.phases
    return [check.at for phase in phases for check in phase.continuity if check.changed]


@pytest.fixture
def averaged(make_request: Callable[..., RunRequest]) -> RunRequest:
    return make_request("pytorch", model=RESNET, training=AVERAGED)


def test_a_head_that_stays_as_it_was_left_is_told_of_by_nothing(averaged: RunRequest) -> None:
    assert moments_of_change(averaged) == []


def test_averages_that_are_written_in_place_of_the_weights_are_named(
    averaged: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_epoch = RunCheckpoints.end_epoch

    def end_averaged(self: RunCheckpoints, monitor) -> None:
        with self._run.engine.averaged_weights():
            end_epoch(self, monitor)

    monkeypatch.setattr(RunCheckpoints, "end_epoch", end_averaged)
    assert "in the checkpoint after epoch 2" in moments_of_change(averaged)


def test_weights_that_the_writing_of_a_checkpoint_moves_are_named(
    averaged: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = RunCheckpoints.save

    def save_and_adopt(self: RunCheckpoints, monitor, epoch=None) -> None:
        save(self, monitor, epoch)
        self._run.engine.adopt_average()

    monkeypatch.setattr(RunCheckpoints, "save", save_and_adopt)
    assert "after the validation and the checkpoint that follow epoch 2" in moments_of_change(averaged)


def test_a_checkpoint_within_an_epoch_that_moves_the_weights_is_named(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    save = RunCheckpoints.save

    def save_and_adopt(self: RunCheckpoints, monitor, epoch=None) -> None:
        save(self, monitor, epoch)
        if epoch is not None:
            self._run.engine.adopt_average()

    training = {**AVERAGED, "batchSize": 4, "checkpoints": {**CHECKPOINTS, "everySteps": 3}}
    request = make_request("pytorch", model=RESNET, training=training)
    assert moments_of_change(request) == []
    monkeypatch.setattr(RunCheckpoints, "save", save_and_adopt)
    assert moments_of_change(request)[0].endswith("that follow step 3 of epoch 1")


def test_weights_of_another_epoch_than_the_one_that_is_named_are_found_out(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request("pytorch", model=RESNET, training={"phases": [LOUD], "earlyStopping": STOPPING})
    assert moments_of_change(request) == []
    monkeypatch.setattr(RunCheckpoints, "restore_best", lambda self: None)
    assert moments_of_change(request) == ["when the weights of epoch 1 were restored"]
