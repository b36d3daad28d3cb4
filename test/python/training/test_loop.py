"""A whole run, in each framework, on tiny pictures."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from augmentations import OF_IMAGES
from conftest import ADAM, BACKBONE, MOSTLY_PYTORCH, PHASE
from reports import Reports, without_rounding
from safetensors.numpy import load_file
from twintune.data.mixing import Mixing
from twintune.engines.engine import StepInputs
from twintune.errors import Cancelled, TwintuneError
from twintune.model.weights import random_tensors
from twintune.protocol import PhaseStartedReport, Progress
from twintune.record.reporter import Reporter
from twintune.system.stopwatch import Pace
from twintune.training.inputs import Inputs
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]


@pytest.fixture
def reports() -> Reports:
    return Reports()


def trained_tensors(request) -> dict[str, np.ndarray]:
    return load_file(Path(request.run_directory) / "model" / "model.safetensors")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_head_changes_and_the_frozen_backbone_does_not(make_request, reports, framework: str) -> None:
    request = make_request(framework)
    result = run(request, reports.append)
    tensors = trained_tensors(request)
    for name, before in random_tensors(BACKBONE, seed=0).items():
        assert np.array_equal(tensors[name], before), name
    assert result.epochs[0].train.loss != pytest.approx(result.first_step_loss)
    assert reports.of("phase-started")[0]["input"] == "features"


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_run_that_keeps_no_model_has_the_same_result_and_writes_none(make_request, framework: str) -> None:
    kept = make_request(framework)
    result = run(kept, lambda report: None)
    checkpoints = {"checkpoints": {"everyEpochs": "auto", "keep": 0}}
    folder = f"{kept.run_directory}-of-a-trial"
    request = make_request(framework, keepModel=False, runDirectory=folder, training=checkpoints)
    Path(request.run_directory).mkdir()
    trial = run(request, lambda report: None)
    assert (trial.test, trial.epochs[0].train, trial.model_digest) == (result.test, result.epochs[0].train, "")
    assert not list(Path(request.run_directory).rglob("*.safetensors"))


# Holds the option training.phases[].trainable
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_lastly_thawed_stages_train_and_the_others_do_not(make_request, reports, framework: str) -> None:
    request = make_request(framework, training={"phases": [{**PHASE, "trainable": {"lastStages": 1}}]})
    run(request, reports.append)
    tensors = trained_tensors(request)
    moved = {n for n, before in random_tensors(BACKBONE, 0).items() if not np.array_equal(tensors[n], before)}
    last = ("blocks.5.", "conv_head.")
    assert [name for name in moved if not name.startswith(last)] == []
    assert "blocks.5.0.bn1.weight" in moved
    # BatchNorm normalises by its running statistics, and keeps them.
    assert not any("running" in name for name in moved)


# Holds the option training.phases[].epochs
def test_both_frameworks_use_and_reach_the_same(make_request) -> None:
    phases = [PHASE, {**PHASE, "trainable": "all", "optimizer": {**ADAM, "learningRate": 1e-4}}]
    head = {"hidden": [16], "activation": "silu", "dropout": 0.3}
    model = {"backbone": BACKBONE, "weights": {"kind": "random"}, "head": head}
    training = {"phases": phases, "precision": "float64"}
    seeds = {"init": 1, "order": 2, "augmentation": 3, "split": 4}
    first, second = (
        run(make_request(f, model=model, training=training, seeds=seeds), lambda report: None) for f in FRAMEWORKS
    )
    assert without_rounding(first.facts) == without_rounding(second.facts)
    # float64 keeps rounding far away, even after steps over all parameters.
    assert first.first_step_loss == pytest.approx(second.first_step_loss, rel=1e-12)
    for ours, theirs in zip(first.epochs, second.epochs, strict=True):
        assert ours.train.loss == pytest.approx(theirs.train.loss, rel=1e-8)
    assert first.test.loss == pytest.approx(second.test.loss, rel=1e-8)


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_cached_features_train_as_the_images_do(make_request, framework: str, monkeypatch) -> None:
    cached = run(make_request(framework, training={"precision": "float64"}), lambda report: None)
    monkeypatch.setattr("twintune.training.inputs.frozen_stages", lambda phase, request: 0)
    uncached = run(make_request(framework, training={"precision": "float64"}), lambda report: None)
    assert uncached.seconds.features == 0 < cached.seconds.features
    assert cached.facts.batch_order == uncached.facts.batch_order
    assert cached.epochs[0].train.loss == pytest.approx(uncached.epochs[0].train.loss, rel=1e-8)


# The images of a split into the loss and its gradients in another order: rounding alone.
# Holds the option training.gradientAccumulation
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_small_batches_accumulated_train_as_a_large_one(make_request, framework: str) -> None:
    weighted = {"precision": "float64", "classWeights": "balanced", "labelSmoothing": 0.1}
    whole = run(make_request(framework, training={**weighted, "batchSize": 16}), lambda report: None)
    parts = {**weighted, "batchSize": 4, "gradientAccumulation": 4}
    # 29 images: a group of four batches, and an incomplete one of three and a batch, the last of one image.
    accumulated = run(make_request(framework, training=parts), lambda report: None)
    assert accumulated.epochs[0].train.loss == pytest.approx(whole.epochs[0].train.loss, rel=1e-12)
    assert accumulated.test.loss == pytest.approx(whole.test.loss, rel=1e-12)
    assert accumulated.facts.schedule == whole.facts.schedule


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_loss_that_is_not_finite_names_its_step(make_request, framework: str) -> None:
    phases = [
        {
            **PHASE,
            "epochs": 3,
            "optimizer": {
                "name": "sgd",
                "learningRate": 1e30,
                "momentum": 0.0,
                "nesterov": False,
                "weightDecay": 0.0,
                "decayNormAndBias": False,
            },
        }
    ]
    with pytest.raises(TwintuneError, match=r"phase 1, epoch \d, step \d") as caught:
        run(make_request(framework, training={"phases": phases}), lambda report: None)
    assert caught.value.code == "LOSS_NOT_FINITE"
    assert "learningRate" in (caught.value.hint or "")


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_last_step_that_ruins_the_model_is_a_failure_too(make_request, framework: str) -> None:
    ruinous = {
        "name": "sgd",
        "learningRate": 1e30,
        "momentum": 0.0,
        "nesterov": False,
        "weightDecay": 0.0,
        "decayNormAndBias": False,
    }
    request = make_request(framework, training={"batchSize": 1000, "phases": [{**PHASE, "optimizer": ruinous}]})
    with pytest.raises(TwintuneError, match="the validation after phase 1, epoch 1") as caught:
        run(request, lambda report: None)
    assert caught.value.code == "LOSS_NOT_FINITE"


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_features_are_computed_anew_after_the_backbone_has_changed(make_request, reports, framework: str) -> None:
    # Statistics of all stages move, so that the second phase takes pixels.
    phases = [PHASE, {**PHASE, "trainable": {"lastStages": 1}, "batchNorm": "adapt"}, PHASE]
    run(make_request(framework, training={"phases": phases}), reports.append)
    assert [report["input"] for report in reports.of("phase-started")] == ["features", "pixels", "features"]
    assert [report["stage"] for report in reports.of("stage") if "done" not in report].count("features") == 2


@pytest.mark.parametrize(
    "change",
    [lambda file: file.write_bytes((file.parent / "2.png").read_bytes()), lambda file: file.unlink()],
    ids=["replaced", "deleted"],
)
def test_an_image_that_is_changed_during_the_run_fails_it_and_is_named(
    make_request, pictures: Path, tmp_path: Path, change
) -> None:
    copy = tmp_path / "pictures"
    shutil.copytree(pictures, copy)
    dataset = {"train": str(copy / "train"), "test": str(copy / "test"), "cacheDecoded": "memory"}
    file = copy / "train" / "class1" / "1.png"

    def emit(report) -> None:
        if isinstance(report, PhaseStartedReport):
            change(file)

    with pytest.raises(TwintuneError) as caught:
        run(make_request("pytorch", dataset=dataset), emit)
    assert caught.value.code == "DATASET_CHANGED"
    assert caught.value.message == f"1 image was changed while the run was at work: {file}."
    assert not (Path(make_request("pytorch").run_directory) / "model" / "model.safetensors").exists()


def test_an_image_that_only_got_another_name_during_the_run_fails_nothing(
    make_request, pictures: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "pictures"
    shutil.copytree(pictures, copy)
    file = copy / "train" / "class1" / "1.png"

    def emit(report) -> None:
        if isinstance(report, PhaseStartedReport):
            os.link(file, tmp_path / "a-backup.png")
            file.chmod(0o600)

    run(make_request("pytorch", dataset={"train": str(copy / "train"), "test": str(copy / "test")}), emit)


def test_temporary_files_of_an_attempt_that_was_killed_are_swept(make_request) -> None:
    request = make_request("pytorch")
    left = Path(request.run_directory, "model", ".model.safetensors-1.tmp")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    run(request, lambda report: None)
    assert sorted(path.name for path in left.parent.iterdir()) == ["model.safetensors"]


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_waiting_for_batches_is_told_apart(make_request, framework: str, monkeypatch) -> None:
    each = 0.05
    take = Inputs.training_batches

    def take_slowly(*arguments):
        for batch in take(*arguments):
            time.sleep(each)
            yield batch

    monkeypatch.setattr(Inputs, "training_batches", take_slowly)
    seconds = run(make_request(framework), lambda report: None).seconds
    # Of four batches the first belongs to the first step.
    assert 3 * each <= seconds.loader <= seconds.train
    assert seconds.validation > 0


def test_the_first_step_is_no_part_of_the_pace_and_the_device_s_work_is(make_request, monkeypatch) -> None:
    """By a clock that only steps move, the first one far, and waiting for the device."""
    from twintune.engines import create_engine

    clock = SimpleNamespace(now=0.0)

    def create_timed(request, classes):
        engine = create_engine(request, classes)
        train_step, seconds = engine.train_step, itertools.chain([100], itertools.repeat(1))

        def train_slowly(step):
            clock.now += next(seconds)
            return train_step(step)

        def synchronize():
            clock.now += 10

        engine.train_step, engine.device.synchronize = train_slowly, synchronize
        return engine

    monkeypatch.setattr("twintune.training.preparation.create_engine", create_timed)
    monkeypatch.setattr("twintune.training.epoch.time", SimpleNamespace(perf_counter=lambda: clock.now))
    # Who reports within an epoch waits for the device too.
    monkeypatch.setattr(Reporter, "is_due", lambda self: False)
    result = run(make_request("pytorch"), lambda report: None)
    # Of 30 images in batches of eight.
    assert result.seconds.first_step > 100 + 10
    assert result.seconds.train == 3 * 1 + 10
    assert result.images_per_second == (30 - 8) / 13


# Holds the option training.batchSize
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_an_epoch_of_one_step_has_no_pace(make_request, framework: str) -> None:
    result = run(make_request(framework, training={"batchSize": 1000}), lambda report: None)
    assert result.epochs[0].images_per_second is None
    assert result.images_per_second is None


def test_a_test_tells_how_far_it_has_come(make_request, reports, monkeypatch) -> None:
    monkeypatch.setattr(Pace, "is_due", lambda self: True)
    run(make_request("pytorch", training={"batchSize": 5}), reports.append)
    tested = [(report["done"], report["total"]) for report in reports.of("stage") if report.get("total") == 12]
    assert tested[-3:] == [(5, 12), (10, 12), (12, 12)]


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_run_that_is_told_to_stop_stops(make_request, framework: str) -> None:
    seen = []

    def stop_at_the_phase(report: Progress) -> None:
        seen.append(type(report))
        if isinstance(report, PhaseStartedReport):
            raise Cancelled

    with pytest.raises(Cancelled):
        run(make_request(framework), stop_at_the_phase)
    assert seen[-1] is PhaseStartedReport


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_seed_gives_the_same_result_twice(make_request, framework: str) -> None:
    first = run(make_request(framework, deterministic=False), lambda report: None)
    second = run(make_request(framework, deterministic=False), lambda report: None)
    assert first.facts == second.facts
    assert first.first_step_loss == second.first_step_loss


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_idiomatic_mode_trains_the_document_s_models(make_request, reports, framework: str) -> None:
    optimizer = {key: value for key, value in ADAM.items() if key != "epsilon"}
    model = {
        "backbone": "resnet50",
        "weights": {"kind": "random"},
        "head": {"hidden": [1024], "activation": "relu", "dropout": 0.0},
    }
    request = make_request(
        framework, mode="idiomatic", model=model, training={"phases": [{**PHASE, "optimizer": optimizer}]}
    )
    result = run(request, reports.append)
    epsilon = {"tensorflow": "epsilon 1e-07", "pytorch": "eps 1e-08"}[framework]
    batch_norm = {"tensorflow": "inference", "pytorch": "train"}[framework]
    assert epsilon in result.facts.optimizer[0]
    assert batch_norm in result.facts.batch_norm[0]
    assert result.facts.augmentation == "none; batches: not mixed"
    assert 0 < result.seconds.loader < result.seconds.train
    # The listing's PyTorch side moves the running statistics of its frozen layers, Keras does not.
    name = {"tensorflow": "conv1_bn/moving_mean", "pytorch": "bn1.running_mean"}[framework]
    assert np.any(trained_tensors(request)[name]) == (framework == "pytorch")
    assert reports.of("phase-started")[0]["trainableParameters"] == 2048 * 1024 + 1024 + 1024 * 3 + 3


def test_an_image_size_that_the_shipped_weights_do_not_want_is_warned_of(make_request, reports) -> None:
    request = make_request("pytorch")
    model = {
        "backbone": "efficientnet_lite0",
        "weights": {"kind": "imagenet"},
        "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
    }
    dataset = {
        "source": "imagefolder",
        "train": request.dataset.train,
        "test": request.dataset.test,
        "validationFraction": 0.0,
        "testFraction": 0.2,
        "imageSize": 64,
    }

    def stop_at_the_phase(report: Progress) -> None:
        reports.append(report)
        if isinstance(report, PhaseStartedReport):
            raise Cancelled

    with pytest.raises(Cancelled):
        run(make_request("pytorch", model=model, dataset=dataset), stop_at_the_phase)
    (warning,) = reports.of("warning")
    assert "33 or 65" in warning["message"]


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_frozen_backbone_sees_augmented_images_anew_in_every_epoch(make_request, reports, framework: str) -> None:
    request = make_request(framework, augmentation={"horizontalFlip": 0.5})
    result = run(request, reports.append)
    assert reports.of("phase-started")[0]["input"] == "pixels"
    assert result.seconds.features == 0


def test_both_frameworks_train_alike_on_augmented_and_mixed_images(make_request) -> None:
    augmentation = {**OF_IMAGES, "mixup": 0.4, "cutmix": 1.0}
    training = {"precision": "float64", "phases": [{**PHASE, "epochs": 2}]}
    first, second = (
        run(make_request(f, augmentation=augmentation, training=training), lambda report: None) for f in FRAMEWORKS
    )
    assert first.facts == second.facts
    assert first.facts.augmentation.endswith("batches: mixup 0.4 or cutmix 1")
    for ours, theirs in zip(first.epochs, second.epochs, strict=True):
        assert ours.train.loss == pytest.approx(theirs.train.loss, rel=1e-8)


def test_a_step_gets_mixed_pixels_and_is_trained_towards_their_mixed_targets(make_request, monkeypatch) -> None:
    from twintune.engines import create_engine

    def steps_of(augmentation: dict) -> list[StepInputs]:
        steps: list[StepInputs] = []

        def create_spied(request, classes):
            engine = create_engine(request, classes)
            train_step = engine.train_step
            engine.train_step = lambda step: steps.append(step) or train_step(step)
            return engine

        monkeypatch.setattr("twintune.training.inputs.frozen_stages", lambda phase, request: 0)
        monkeypatch.setattr("twintune.training.preparation.create_engine", create_spied)
        run(make_request("pytorch", augmentation=augmentation), lambda report: None)
        return steps

    mixing = Mixing(seed=0, mixup=0.0, cutmix=1.0)
    for number, (plain, mixed) in enumerate(zip(steps_of({}), steps_of({"cutmix": 1.0}), strict=True)):
        inputs, targets = mixing(plain.inputs, plain.targets.coefficients.astype(np.float64), 0, number)
        assert np.array_equal(mixed.inputs, inputs)
        assert mixed.targets.coefficients == pytest.approx(targets)
        # Right answers are counted against the class with the largest share.
        assert np.array_equal(mixed.targets.labels, targets.argmax(axis=1))


def test_a_class_without_training_images_weighs_nothing_and_is_told_of(
    make_request, reports, pictures: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(pictures / "train", tmp_path / "train")
    for file in (folder / "class2").iterdir():
        file.write_bytes(b"not a picture")
    changes = {"train": str(folder), "onCorrupt": "skip"}
    result = run(make_request("pytorch", dataset=changes, training={"classWeights": "balanced"}), reports.append)
    (warning,) = [report for report in reports.of("warning") if report["code"] == "CLASS_WEIGHTS"]
    assert "class2" in warning["message"]
    assert re.search("class weights [0-9a-f]{64}", result.facts.loss[0])
