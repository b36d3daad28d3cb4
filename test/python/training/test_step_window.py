"""A run looks at its engine before and after the steps that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PHASE, RESNET
from twintune.protocol import RunRequest, StateCheck, WarningReport
from twintune.record.kept_steps import StepKeeper, find_kept_steps
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")


def test_all_steps_of_a_short_run_can_be_kept_with_the_images_that_they_were_given(
    make_request: Callable[..., RunRequest],
) -> None:
    request = make_request("pytorch", model=RESNET, keepSteps="all", shorten={"train": 20, "evaluation": 4})
    result = run(request, lambda report: None)
    steps = [found.step for found in find_kept_steps(Path(request.run_directory))]
    assert [(step.place.step, len(step.positions[0])) for step in steps] == [(1, 8), (2, 8), (3, 4)]
    assert sorted(position for step in steps for position in step.positions[0]) == list(range(20))
    assert (result.facts.images[0].trained, result.facts.images[0].distinct, result.facts.tested) == (20, 20, 4)


def test_what_changes_weights_between_two_epochs_is_named(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from twintune.engines.pytorch.aligned import AlignedEngine

    predict = AlignedEngine.predict

    def disturbing(self: AlignedEngine, inputs):
        with torch.no_grad():
            self.model.layers[0].bias.add_(1e-6)
        return predict(self, inputs)

    request = make_request("pytorch", model=RESNET, keepSteps="chosen", training={"phases": [{**PHASE, "epochs": 2}]})
    assert [check.changed for check in run(request, lambda report: None).facts.phases[0].continuity] == [None, None]
    monkeypatch.setattr(AlignedEngine, "predict", disturbing)
    at_start, *others = run(request, lambda report: None).facts.phases[0].continuity
    assert at_start.changed is None
    assert StateCheck(at="before step 1 of epoch 2", changed="head.0.bias") in others


def test_a_disk_without_room_costs_a_run_its_kept_steps_and_nothing_else(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(StepKeeper, "end", fail)
    reports: list = []
    result = run(make_request("pytorch", model=RESNET, keepSteps="chosen"), reports.append)
    assert result.status == "finished"
    assert [report.code for report in reports if isinstance(report, WarningReport)] == ["KEPT_STEPS"]
