"""An epoch tells how far it is, and writes checkpoints between its steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PHASE, RESNET
from twintune.protocol import RunRequest, StepReport
from twintune.record.reporter import Reporter
from twintune.training.loop import run
from twintune.training.run_checkpoints import RunCheckpoints

pytestmark = pytest.mark.usefixtures("frameworks")


def test_the_time_left_is_that_of_all_images_which_the_phase_has_still_to_train(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reporter, "is_due", lambda self: True)
    reports: list = []
    phases = [{**PHASE, "epochs": 2}]
    result = run(make_request("pytorch", model=RESNET, training={"phases": phases}), reports.append)
    images = result.facts.images[0].trained
    steps = [report for report in reports if isinstance(report, StepReport)]
    left = [(step.epoch, step.step, step.seconds_left * step.images_per_second) for step in steps]
    # The phase's first step isn't timed.
    assert left == [
        (epoch, step, pytest.approx(2 * images - (epoch - 1) * images - min(8 * step, images)))
        for epoch in (1, 2)
        for step in range(2 if epoch == 1 else 1, steps[0].steps + 1)
    ]


# Holds the option training.checkpoints.everySteps
def test_checkpoints_within_an_epoch_come_after_as_many_optimiser_steps_as_are_asked(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    save = RunCheckpoints.save

    def save_and_note(self: RunCheckpoints, monitor, epoch=None) -> None:
        saved.extend([] if epoch is None else [epoch.batches])
        save(self, monitor, epoch)

    monkeypatch.setattr(RunCheckpoints, "save", save_and_note)
    checkpoints = {"everyEpochs": 1, "everySteps": 2, "keep": 0}
    run(make_request("pytorch", model=RESNET, training={"batchSize": 4, "checkpoints": checkpoints}), lambda _: None)
    assert saved == [2, 4, 6]
