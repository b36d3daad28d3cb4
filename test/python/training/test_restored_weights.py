"""Weights that a phase goes back to are validated again, which shows whether they are those of the best epoch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from conftest import ADAM, PHASE
from twintune.protocol import RunRequest, RunResult
from twintune.system.stopwatch import Stopwatch
from twintune.training.inputs import Inputs
from twintune.training.loop import run
from twintune.training.run_checkpoints import RunCheckpoints

pytestmark = pytest.mark.usefixtures("frameworks")

EPOCHS = 3
# A learning rate at which the loss moves with every epoch, and a rule that calls the largest loss the best.
LOUD = {**PHASE, "epochs": EPOCHS, "optimizer": {**ADAM, "learningRate": 0.3}}
RULE = {"monitor": "loss", "mode": "max", "patience": EPOCHS, "minDelta": 0.0, "restoreBest": True}


def restoring(**changes) -> dict:
    """The training fields of a run whose one phase goes back to its first epoch: none improves by so much on it."""
    return {"phases": [LOUD], "earlyStopping": {**RULE, "minDelta": 100.0}, **changes}


def run_of(request: RunRequest) -> RunResult:
    return run(request, lambda report: None)


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_the_averaged_weights_of_the_best_epoch_have_its_recorded_loss(make_request, framework: str) -> None:
    result = run_of(make_request(framework, training=restoring(ema={"decay": 0.5})))
    (phase,), (first, *others) = result.facts.phases, [epoch.validation for epoch in result.epochs]
    assert (phase.weights_of, phase.restored.recorded) == (1, first.loss)
    assert phase.restored.measured == phase.restored.recorded
    assert all(abs(other.loss - first.loss) > 1e-3 for other in others)


def test_other_weights_than_the_best_epochs_have_another_loss(make_request, monkeypatch: pytest.MonkeyPatch) -> None:
    # The weights stay those of the last epoch, and the record says that they are the first one's.
    monkeypatch.setattr(RunCheckpoints, "restore_best", lambda self: None)
    result = run_of(make_request("pytorch", training=restoring()))
    (phase,) = result.facts.phases
    assert phase.weights_of == 1
    assert phase.restored.recorded == result.epochs[0].validation.loss
    assert phase.restored.measured == result.epochs[-1].validation.loss != phase.restored.recorded


def test_a_phase_that_keeps_its_last_weights_is_not_validated_again(make_request) -> None:
    training = {"phases": [LOUD], "earlyStopping": {**RULE, "restoreBest": False}}
    (phase,) = run_of(make_request("pytorch", training=training)).facts.phases
    assert (phase.weights_of, phase.restored) == (EPOCHS, None)


def test_the_second_validation_is_neither_timed_nor_in_the_digest_of_the_pixels(
    make_request, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_parts: list[str] = []
    passes: list[tuple[bool, tuple[str, ...]]] = []
    part, ordered_batches = Stopwatch.part, Inputs.ordered_batches

    @contextlib.contextmanager
    def open_part(self: Stopwatch, name: str) -> Iterator[None]:
        open_parts.append(name)
        with part(self, name):
            yield
        open_parts.pop()

    def noted_batches(self: Inputs, split, is_recorded=True) -> Iterator:
        before = self._record.state.digests.pixels.so_far
        yield from ordered_batches(self, split, is_recorded)
        passes.append((self._record.state.digests.pixels.so_far != before, tuple(open_parts)))

    monkeypatch.setattr(Stopwatch, "part", open_part)
    monkeypatch.setattr(Inputs, "ordered_batches", noted_batches)
    # Statistics that move leave no features that are computed once: each pass is over pixels.
    training = restoring(phases=[{**PHASE, "epochs": 2, "batchNorm": "train"}])
    run_of(make_request("pytorch", training=training))
    assert passes == [(True, ("validation",)), (True, ("validation",)), (False, ()), (False, ("evaluate",))]
