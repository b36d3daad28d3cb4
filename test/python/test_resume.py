"""A run that is interrupted and goes on ends as one that was not, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ADAM, PHASE
from twintune.errors import Cancelled
from twintune.protocol import RunRequest, RunResult
from twintune.training_loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]
COSINE = {"name": "cosine", "warmupEpochs": 0.5, "finalLearningRate": 1e-5}
PHASES = [
    {**PHASE, "epochs": 2},
    {
        **PHASE,
        "epochs": 2,
        "trainable": {"lastStages": 1},
        "optimizer": {**ADAM, "learningRate": 3e-3},
        "schedule": COSINE,
    },
    {
        **PHASE,
        "optimizer": {
            "name": "sgd",
            "learningRate": 0.01,
            "momentum": 0.9,
            "nesterov": True,
            "weightDecay": 1e-4,
            "decayNormAndBias": False,
        },
    },
]
HEAD = {"hidden": [16], "activation": "relu", "dropout": 0.3}
MODEL = {"backbone": "resnet18", "weights": {"kind": "random"}, "head": HEAD}
EARLY_STOPPING = {"monitor": "loss", "mode": "auto", "patience": 2, "minDelta": 0.0, "restoreBest": True}


def never(report: dict) -> bool:
    return False


def after(kind: str, **fields) -> Callable[[dict], bool]:
    """Is true of a report of that kind with these fields."""
    return lambda report: report["type"] == kind and all(report[name] == value for name, value in fields.items())


def after_checkpoints(count: int) -> Callable[[dict], bool]:
    """Is true of the last of so many checkpoints named `last`."""
    seen = []

    def fits(report: dict) -> bool:
        seen.extend([report] if report.get("path", "").endswith("/last.safetensors") else [])
        return len(seen) == count and report is seen[-1]

    return fits


@pytest.fixture
def make_long_request(make_request, tmp_path: Path) -> Callable[..., RunRequest]:
    """Makes a request of three phases with all that has a state; `folder` names its run folder."""

    def make(framework: str, folder: str, resume: bool = False, training: dict | None = None, **changes) -> RunRequest:
        return make_request(
            framework,
            **{"model": MODEL, **changes},
            deterministic=True,
            training={
                "phases": PHASES,
                "earlyStopping": EARLY_STOPPING,
                "ema": {"decay": 0.9},
                "checkpoints": {"everyEpochs": 1, "everySteps": 2, "keep": 1},
                **(training or {}),
            },
            runDirectory=str(tmp_path / folder),
            resume=resume,
        )

    return make


def run_until(request: RunRequest, stop: Callable[[dict], bool]) -> RunResult | None:
    """Runs, and is cancelled by the report for which `stop` is true."""

    def emit(report: dict) -> None:
        if stop(report):
            raise Cancelled

    try:
        return run(request, emit)
    except Cancelled:
        return None


def trained_bytes(request: RunRequest) -> bytes:
    return Path(request.run_directory, "model", "model.safetensors").read_bytes()


def without_times(result: RunResult | None) -> dict:
    """All of a result but what a clock and the memory of the process say."""
    assert result is not None
    epochs = [(e.phase, e.epoch, e.learning_rate, e.train, e.validation) for e in result.epochs]
    return {
        "test": result.test,
        "first_step_loss": result.first_step_loss,
        "epochs": epochs,
        "facts": result.facts,
        "images": result.feature_images_per_second is not None,
    }


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_run_that_was_interrupted_again_and_again_ends_as_one_that_was_not(make_long_request, framework: str) -> None:
    whole = make_long_request(framework, "whole")
    expected = run(whole, lambda report: None)
    interruptions = {
        "within an epoch on features": after_checkpoints(1),
        "at the end of a phase, before the best weights are back": after("epoch", phase=1, epoch=2),
        "between two phases": after("phase-finished", phase=1),
        "between two epochs": after("epoch", phase=2, epoch=1),
        "within an epoch on pixels": after_checkpoints(1),
        "at the start of a phase on features of a backbone that was trained": after("phase-started", phase=3),
        "after the test": after("evaluation"),
    }
    for moment, stop in interruptions.items():
        assert run_until(make_long_request(framework, "parted", resume=True), stop) is None, moment
    resumed = run_until(make_long_request(framework, "parted", resume=True), never)
    assert without_times(resumed) == without_times(expected)
    assert trained_bytes(make_long_request(framework, "parted")) == trained_bytes(whole)
