"""A run tells what changed its weights or its optimiser where nothing may: between phases, and on resuming."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PHASE, RESNET
from reports import as_sent
from twintune.errors import Cancelled
from twintune.protocol import RunRequest, StateCheck
from twintune.training.loop import run
from twintune.training.run_checkpoints import RunCheckpoints

pytestmark = pytest.mark.usefixtures("frameworks")

PHASES = [PHASE, {**PHASE, "trainable": {"lastStages": 1}}]


def checks_of(request: RunRequest) -> list[StateCheck]:
    phases = run(request, lambda report: None).facts.phases
    return [check for phase in phases for check in phase.continuity]


def test_weights_that_a_phase_does_not_start_with_as_they_were_left_are_named(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from twintune.engines.pytorch.aligned import AlignedEngine

    request = make_request("pytorch", model=RESNET, training={"phases": PHASES})
    assert checks_of(request) == [StateCheck(at="at its start", changed=None)] * 2
    start_phase, starts = AlignedEngine.start_phase, []

    def disturbing(self: AlignedEngine, phase, first_stage):
        facts = start_phase(self, phase, first_stage)
        starts.append(phase)
        if len(starts) == 2:
            with torch.no_grad():
                self.model.layers[0].bias.zero_()
        return facts

    monkeypatch.setattr(AlignedEngine, "start_phase", disturbing)
    assert [check.changed for check in checks_of(request)] == [None, "head.0.bias"]


def test_an_average_that_a_resumed_run_has_not_loaded_is_named(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintune.engines.pytorch import aligned

    training = {"phases": [{**PHASE, "epochs": 3}], "ema": {"decay": 0.9}}

    def interrupt(report) -> None:
        if as_sent(report)["type"] == "epoch":
            raise Cancelled

    def resumed() -> list[str | None]:
        with pytest.raises(Cancelled):
            run(make_request("pytorch", model=RESNET, training=training), interrupt)
        checks = checks_of(make_request("pytorch", model=RESNET, training=training, resume=True))
        return [check.changed for check in checks if check.at.startswith("when it was resumed")]

    assert resumed() == [None]
    monkeypatch.setattr(aligned, "load_average", lambda *args: None)
    assert [changed and changed.startswith("ema.head") for changed in resumed()] == [True]


def test_a_tensor_that_was_left_out_of_the_checkpoint_is_named_when_the_run_is_resumed(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = "ema.head.0.bias"
    training = {"phases": [{**PHASE, "epochs": 2}], "ema": {"decay": 0.9}}
    tensors_of = RunCheckpoints._tensors
    monkeypatch.setattr(
        RunCheckpoints, "_tensors", lambda self: {n: t for n, t in tensors_of(self).items() if n != lost}
    )

    def interrupt(report) -> None:
        if as_sent(report)["type"] == "epoch":
            raise Cancelled

    with pytest.raises(Cancelled):
        run(make_request("pytorch", model=RESNET, training=training), interrupt)
    checks = checks_of(make_request("pytorch", model=RESNET, training=training, resume=True))
    assert [check.changed for check in checks if check.changed] == [lost]


def test_steps_that_are_read_at_once_as_no_step_was_are_named(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintune.engines.pytorch.aligned import AlignedEngine

    read_steps = AlignedEngine.read_steps
    request = make_request("pytorch", model=RESNET, training={"batchSize": 4})

    def give_the_last_to_all(self: AlignedEngine, handles):
        outcomes = read_steps(self, handles)
        return [outcomes[-1]] * len(outcomes)

    monkeypatch.setattr(AlignedEngine, "read_steps", give_the_last_to_all)
    (check,) = [check for check in checks_of(request) if check.changed]
    assert check.at == "when several steps of epoch 1 were read at once"
    assert check.changed.startswith("the outcome of step ")
