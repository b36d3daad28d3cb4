"""A run that is interrupted and goes on ends as one that was not, bit for bit."""

# Holds the options training.checkpoints.everyEpochs, training.checkpoints.everySteps,
# training.checkpoints.keep

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
import twintune.system.stopwatch
from conftest import ADAM, BACKBONE, IDIOMATIC_BACKBONES, MOSTLY_PYTORCH, PHASE
from reports import Reports, as_sent
from safetensors.numpy import load_file
from twintune.errors import Cancelled, TwintuneError
from twintune.protocol import (
    EpochReport,
    PhaseStartedReport,
    Progress,
    RestoredWeights,
    RunRequest,
    RunResult,
    TrainedPhase,
)
from twintune.record.checkpoints import CheckpointFolder
from twintune.training.loop import run

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
MODEL = {"backbone": BACKBONE, "weights": {"kind": "random"}, "head": HEAD}
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
                "checkpoints": {"everyEpochs": "auto", "everySteps": 2, "keep": 1},
                **(training or {}),
            },
            runDirectory=str(tmp_path / folder),
            resume=resume,
        )

    return make


def run_until(request: RunRequest, stop: Callable[[dict], bool]) -> RunResult | None:
    """Runs, and is cancelled by the report for which `stop` is true."""

    def emit(report: Progress) -> None:
        if stop(as_sent(report)):
            raise Cancelled

    try:
        return run(request, emit)
    except Cancelled:
        return None


def trained_bytes(request: RunRequest) -> bytes:
    return Path(request.run_directory, "model", "model.safetensors").read_bytes()


def without_times(result: RunResult | None) -> dict:
    """The parts of a result that don't depend on a clock, on the memory of the process or on their number."""
    assert result is not None
    checks = [check for phase in result.facts.phases for check in phase.continuity]
    assert [check for check in checks if check.changed is not None] == []
    phases = [msgspec.structs.replace(phase, continuity=[], restored=_loss_of(phase)) for phase in result.facts.phases]
    epochs = [(e.phase, e.epoch, e.learning_rate, e.train, e.validation) for e in result.epochs]
    return {
        "test": result.test,
        "first_step_loss": result.first_step_loss,
        "epochs": epochs,
        "facts": msgspec.structs.replace(result.facts, phases=phases),
        "images": result.feature_images_per_second is not None,
    }


def _loss_of(phase: TrainedPhase) -> RestoredWeights | None:
    return phase.restored and msgspec.structs.replace(phase.restored, in_one_process=True)


# Holds the option deterministic
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
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
    # Keras takes seconds for each beginning: TensorFlow is interrupted where the engine has most to bring back.
    for moment in ["within an epoch on pixels"] if framework == "tensorflow" else interruptions:
        assert run_until(make_long_request(framework, "parted", resume=True), interruptions[moment]) is None, moment
    resumed = run_until(make_long_request(framework, "parted", resume=True), never)
    assert without_times(resumed) == without_times(expected)
    assert trained_bytes(make_long_request(framework, "parted")) == trained_bytes(whole)


def test_a_run_goes_on_from_its_only_checkpoint_after_the_last_epoch(make_request) -> None:
    expected = run(make_request("pytorch"), lambda report: None)
    assert run_until(make_request("pytorch"), after("evaluation")) is None
    resumed = run_until(make_request("pytorch", resume=True), never)
    assert without_times(resumed) == without_times(expected)


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_phase_ends_early_with_its_best_weights(make_request, framework: str) -> None:
    # No epoch improves on the first one by as much as this.
    rule = {**EARLY_STOPPING, "minDelta": 100.0}
    reports = Reports()
    result = run(
        make_request(framework, training={"phases": [{**PHASE, "epochs": 6}], "earlyStopping": rule}), reports.append
    )
    (finished,) = reports.of("phase-finished")
    assert len(result.epochs) == finished["epochsDone"] == 3
    assert finished["bestEpoch"] == finished["weightsOf"] == 1
    assert "(epoch 1) by more than 100 in 2 epochs" in finished["endedEarly"]


# Holds the option training.earlyStopping.restoreBest
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_the_weights_that_a_phase_goes_back_to_are_those_of_its_best_epoch(make_request, framework: str) -> None:
    phase = {**PHASE, "epochs": 4, "optimizer": {**ADAM, "learningRate": 0.3}}
    rule = {**EARLY_STOPPING, "patience": 3, "monitor": "loss", "mode": "max"}
    # The largest loss is called the best one, so that it isn't the last epoch's.
    request = make_request(framework, training={"phases": [phase], "earlyStopping": rule})
    result = run(request, lambda report: None)
    losses = [epoch.validation.loss for epoch in result.epochs if epoch.validation]
    best = losses.index(max(losses)) + 1
    assert best < len(losses)
    stopped = make_request(
        framework, training={"phases": [{**phase, "epochs": best}]}, runDirectory=request.run_directory + "-best"
    )
    run(stopped, lambda report: None)
    assert trained_bytes(request) == trained_bytes(stopped)


def epochs_with_a_checkpoint(reports: list[dict]) -> list[tuple[int, int]]:
    """The phases and epochs that end with a checkpoint named `last`."""
    written, seen = [], False
    for report in reports:
        if report["type"] == "checkpoint":
            seen |= report["path"].endswith("/last.safetensors")
        elif report["type"] == "epoch":
            written += [(report["phase"], report["epoch"])] if seen else []
            seen = False
    return written


@pytest.mark.parametrize(
    ("every", "seconds_of_an_epoch", "expected"),
    [
        ("auto", 1, [(1, 4), (2, 1)]),
        ("auto", 6, [(1, 2), (1, 4), (2, 1)]),
        ("auto", 11, [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]),
        (3, 11, [(1, 3), (1, 4), (2, 1)]),
    ],
)
def test_checkpoints_come_as_often_as_is_asked_and_at_each_phases_end(
    make_request, monkeypatch: pytest.MonkeyPatch, every: int | str, seconds_of_an_epoch: int, expected: list
) -> None:
    now, reports = 0.0, Reports()

    def tick() -> float:
        nonlocal now
        now += 1e-6
        return now

    monkeypatch.setattr(twintune.system.stopwatch, "time", SimpleNamespace(perf_counter=tick))
    training = {"phases": [{**PHASE, "epochs": 4}, PHASE], "checkpoints": {"everyEpochs": every, "keep": 0}}

    def emit(report: Progress) -> None:
        nonlocal now
        reports.append(report)
        # The clock goes on as if the epoch that begins now took this long.
        now += seconds_of_an_epoch if isinstance(report, PhaseStartedReport | EpochReport) else 0

    run(make_request("pytorch", training=training), emit)
    assert epochs_with_a_checkpoint(reports) == expected


def test_the_best_epoch_has_its_file_though_no_checkpoint_was_due_after_it(make_request) -> None:
    phase = {**PHASE, "epochs": 4, "optimizer": {**ADAM, "learningRate": 0.3}}
    rule = {**EARLY_STOPPING, "patience": 3, "mode": "max"}
    best = []
    for every in (1, 4):
        training = {"phases": [phase], "earlyStopping": rule, "checkpoints": {"everyEpochs": every, "keep": 0}}
        request = make_request("pytorch", training=training)
        result = run(request, lambda report: None)
        best.append(CheckpointFolder(Path(request.run_directory, "checkpoint"), 0, True).load_best())
    losses = [epoch.validation.loss for epoch in result.epochs if epoch.validation]
    best_epoch = losses.index(max(losses)) + 1
    assert best_epoch < 4
    for checkpoint in best:
        # The checkpoint has the state after the best epoch, though it was written later.
        state = checkpoint.state
        assert (state.position.epoch, state.monitor.best.epoch, len(state.record.epochs)) == (best_epoch,) * 3
    assert {name: tensor.tobytes() for name, tensor in best[0].tensors.items()} == {
        name: tensor.tobytes() for name, tensor in best[1].tensors.items()
    }


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_idiomatic_mode_goes_on_to_the_same_bits_too(make_long_request, framework: str) -> None:
    optimizer = {key: value for key, value in ADAM.items() if key != "epsilon"}
    model = {**MODEL, "backbone": IDIOMATIC_BACKBONES[framework]}
    training = {
        "phases": [{**PHASE, "epochs": 2, "optimizer": optimizer}],
        "ema": None,
        "checkpoints": {"everyEpochs": 1, "everySteps": 3, "keep": 0},
    }
    fields = {"mode": "idiomatic", "model": model, "training": training}
    whole = make_long_request(framework, "whole", **fields)
    expected = run(whole, lambda report: None)
    for stop in (after_checkpoints(1), after("epoch", epoch=1)):
        assert run_until(make_long_request(framework, "parted", resume=True, **fields), stop) is None
    resumed = run_until(make_long_request(framework, "parted", resume=True, **fields), never)
    assert without_times(resumed) == without_times(expected)
    assert trained_bytes(make_long_request(framework, "parted")) == trained_bytes(whole)


def test_a_checkpoint_is_of_one_specification_and_of_its_data(make_request) -> None:
    assert run_until(make_request("pytorch"), after("epoch")) is None
    for changes, difference in [
        ({"training": {"batchSize": 4}}, "training.batchSize"),
        ({"dataset": {"validationFraction": 0.4}}, "dataset.validationFraction"),
    ]:
        with pytest.raises(TwintuneError, match=difference) as caught:
            run(make_request("pytorch", resume=True, **changes), lambda report: None)
        assert caught.value.code == "CHECKPOINT_MISMATCH"


def test_what_is_written_in_pairs_of_numbers_is_the_same_when_it_is_read_again(make_request) -> None:
    crop = {"scale": [0.5, 1.0], "ratio": [0.75, 1.25]}
    request = make_request("pytorch", augmentation={"randomResizedCrop": crop})
    assert run_until(request, after("epoch")) is None
    resumed = make_request("pytorch", augmentation={"randomResizedCrop": crop}, resume=True)
    assert run(resumed, lambda report: None).status == "finished"


def test_a_checkpoint_is_of_the_very_bytes_of_its_images(make_request, pictures: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pictures, tmp_path / "pictures")
    dataset = {"train": str(copy / "train"), "test": str(copy / "test")}
    assert run_until(make_request("pytorch", dataset=dataset), after("epoch")) is None
    shutil.copyfile(copy / "train" / "class1" / "0.png", copy / "train" / "class0" / "0.png")
    with pytest.raises(TwintuneError, match="other images") as caught:
        run(make_request("pytorch", dataset=dataset, resume=True), lambda report: None)
    assert caught.value.code == "CHECKPOINT_MISMATCH"


@pytest.fixture
def interrupted_under_another_version(make_request, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunRequest]:
    """A function that interrupts a run, and returns the request to resume it with another PyTorch."""

    def interrupt(**changes) -> RunRequest:
        assert run_until(make_request("pytorch", **changes), after("epoch")) is None
        monkeypatch.setattr("twintune.training.run_checkpoints.versions", lambda framework: {"torch": "99.1"})
        return make_request("pytorch", resume=True, **changes)

    return interrupt


def test_a_run_says_that_it_goes_on_with_another_version_of_its_framework(interrupted_under_another_version) -> None:
    reports = Reports()
    run(interrupted_under_another_version(), reports.append)
    (warning,) = [report for report in reports.of("warning") if report["code"] == "OTHER_VERSIONS"]
    assert f"torch {version('torch')}, where 99.1 is installed now" in warning["message"]


def test_a_deterministic_run_goes_on_with_no_other_version(interrupted_under_another_version) -> None:
    with pytest.raises(TwintuneError, match=r"where 99\.1 is installed now") as caught:
        run(interrupted_under_another_version(deterministic=True), lambda report: None)
    assert caught.value.code == "CHECKPOINT_MISMATCH"


def test_a_backbone_that_nothing_moved_is_left_out_of_the_checkpoint(make_request) -> None:
    request = make_request("pytorch", training={"phases": [PHASE, {**PHASE, "trainable": "all"}]})
    held: list[set[str]] = []

    def look(report: Progress) -> None:
        if isinstance(report, EpochReport):
            held.append(set(load_file(Path(request.run_directory, "checkpoint", "last.safetensors"))))

    run(request, look)
    assert ["conv_stem.weight" in tensors for tensors in held] == [False, True]
    assert {"head.0.weight", "optimizer.exp_avg.head.0.weight", "optimizer.step"} <= held[0]
    assert "bn1.running_mean" in held[1]


# Keras takes seconds for a beginning, and what a checkpoint brings back is tested above.
@pytest.mark.slow
def test_both_frameworks_checkpoints_hold_the_same_names(make_long_request) -> None:
    held = []
    for framework in FRAMEWORKS:
        request = make_long_request(framework, framework)
        run_until(request, after("epoch", phase=2, epoch=1))
        tensors = load_file(Path(request.run_directory, "checkpoint", "last.safetensors"))
        held.append({name: tensor.shape for name, tensor in tensors.items()})
    assert held[0] == held[1]


def test_aligned_mode_draws_from_no_generator_of_pytorch(make_long_request) -> None:
    import torch

    states = []
    request = make_long_request("pytorch", "draws")
    run(request, lambda report: states.append(torch.get_rng_state()) if isinstance(report, EpochReport) else None)
    assert len(states) == 5
    assert all(torch.equal(state, states[0]) for state in states)
