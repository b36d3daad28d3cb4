"""A check that can't fail is worth nothing: each planted mistake fails the rung of its kind, and is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from conftest import ADAM, PHASE, RESNET
from twintune.errors import TwintuneError
from twintune.parity.ladder.judging import judge_rungs
from twintune.parity.ladder.perturbations import plant
from twintune.parity.ladder.recording import record_rungs
from twintune.parity.ladder.rounding import judge_rounding
from twintune.protocol import (
    Framework,
    JudgeRoundingRequest,
    JudgeRungsRequest,
    PerturbationName,
    Precision,
    RecordRungsRequest,
    Rung,
    RungName,
)
from twintune.protocol.judge_rounding import Recordings
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.preparation import prepare

pytestmark = pytest.mark.usefixtures("one_thread")

# Batches of four go through a backbone that moves its statistics; the head alone trains, which spares the time of a
# backward pass through it.
ADAPT = {**PHASE, "batchNorm": "adapt"}

# The lowest rung that fails, and where. Rungs that depend on the mistake may fail as well.
EXPECTED: dict[PerturbationName, tuple[RungName, str]] = {
    "resize": ("pixels", "batch 1"),
    "normalization": ("pixels", "batch 1"),
    "batch-order": ("pixels", "batch 1"),
    "weight": ("weights", "layer2.0.conv1.weight (timm layer2.0.conv1.weight, keras-hub stack1_block0_1_conv/kernel)"),
    "head-init": ("weights", "head.0.weight "),
    "bn-epsilon": ("features", "layer2 (timm layer2, keras-hub stack1_block1_out), inference mode"),
    "padding": ("features", "layer2 (timm layer2, keras-hub stack1_block1_out), inference mode"),
    "precision": ("features", "layer2 (timm layer2, keras-hub stack1_block1_out), inference mode"),
    "bn-mode": ("features", "stem (timm act1, keras-hub conv1_relu), training mode"),
    "label-smoothing": ("loss", "inference mode"),
    "adam-epsilon": ("optimizer", "head.0.weight "),
    "weight-decay": ("optimizer", "head.0.weight "),
    "bn-momentum": ("batch-norm", "layer2.0.bn1.running_mean (timm layer2.0.bn1.running_mean, "),
}

Record = Callable[..., str]


@pytest.fixture(scope="module")
def record(make_request_in, tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Records one engine on resnet18 with random weights; returns the file."""

    def record(
        framework: Framework,
        perturbation: PerturbationName | None = None,
        precision: Precision = "float64",
        batch_size: int = 4,
        optimizer: dict | None = None,
        last_rung: RungName = "evaluation",
        **changes,
    ) -> str:
        folder = tmp_path_factory.mktemp("recording")
        phase = {**ADAPT, "optimizer": {**ADAM, **(optimizer or {})}}
        training = {"precision": precision, "batchSize": batch_size, "phases": [phase]}
        run = make_request_in(folder, framework, deterministic=True, model=RESNET, training=training, **changes)
        file = str(folder / "recording.safetensors")
        record_rungs(RecordRungsRequest(run, "phase", perturbation, file), lambda report: None, last_rung)
        return file

    return record


@pytest.fixture(scope="module")
def tensorflow(record: Record) -> str:
    """TensorFlow's recording in float64: nothing is planted there."""
    return record("tensorflow")


def judge(tensorflow: str, pytorch: str) -> list[Rung]:
    return judge_rungs(JudgeRungsRequest(tensorflow=tensorflow, pytorch=pytorch, trained="phase")).rungs


def test_without_a_perturbation_every_rung_holds(record: Record, tensorflow: str) -> None:
    assert [rung.rung for rung in judge(tensorflow, record("pytorch")) if not rung.passed] == []


def test_every_perturbation_is_tried() -> None:
    # A CPU has no TensorFloat-32: on a GPU `make gpu` plants it.
    assert {*EXPECTED, "tf32"} == set(get_args(PerturbationName))


@pytest.mark.parametrize("perturbation", EXPECTED)
def test_a_planted_mistake_fails_its_rung_and_is_named(
    record: Record, tensorflow: str, perturbation: PerturbationName
) -> None:
    rung, place = EXPECTED[perturbation]
    planted = record("pytorch", perturbation, last_rung=rung)
    failed = [rung for rung in judge(tensorflow, planted) if not rung.passed]
    assert failed[0].rung == rung
    assert (failed[0].where or "").startswith(place)


@pytest.mark.parametrize("constant", [{"beta1": 0.5}, pytest.param({"beta2": 0.9}, marks=pytest.mark.slow)])
def test_a_constant_that_the_first_step_does_not_depend_on_fails_the_optimizer(
    record: Record, tensorflow: str, constant: dict
) -> None:
    failed = [
        rung
        for rung in judge(tensorflow, record("pytorch", optimizer=constant, last_rung="optimizer"))
        if not rung.passed
    ]
    assert failed[0].rung == "optimizer"


def test_a_last_batch_of_one_image_is_nobody_s_mistake(record: Record) -> None:
    # A batch of 29 of 30 images leaves a single one, which at 32 pixels has one value a channel.
    assert Path(record("pytorch", batch_size=29, dataset={"imageSize": 32}, last_rung="pixels")).exists()


def test_a_layer_in_bfloat16_fails_the_features_of_the_rounding_half(record: Record, tensorflow: str) -> None:
    # Rounding is judged up to the logits.
    exact, rounded = (
        record("pytorch", "precision", precision, last_rung="logits") for precision in ("float64", "float32")
    )
    recordings = JudgeRoundingRequest(
        tensorflow=Recordings(exact=tensorflow, rounded=record("tensorflow", precision="float32", last_rung="logits")),
        pytorch=Recordings(exact=exact, rounded=rounded),
    )
    # The logits of four images in three classes are too few for a root mean square.
    (failed,) = [rung for rung in judge_rounding(recordings).rounding if not rung.passed]
    assert failed.rung == "features"
    assert (failed.where or "").startswith("layer2 ")
    # bfloat16 keeps 8 bits and float32 24.
    assert (failed.ratio or 0) > 1000


@pytest.mark.parametrize(
    ("perturbation", "changes", "reason"),
    [
        # The pictures have 40 x 40 pixels.
        ("resize", {"dataset": {"imageSize": 40}}, "all have 40 × 40 pixels already"),
        ("batch-order", {"batch_size": 1}, "no batch has two images that could be swapped"),
    ],
)
def test_a_perturbation_that_moves_no_pixel_is_refused(record: Record, perturbation, changes, reason: str) -> None:
    with pytest.raises(TwintuneError, match=reason) as refused:
        record("pytorch", perturbation, **changes)
    assert refused.value.code == "PERTURBATION_WITHOUT_EFFECT"


def test_tensorfloat_32_is_refused_on_a_cpu(record: Record) -> None:
    with pytest.raises(TwintuneError, match="has no TensorFloat-32") as refused:
        record("pytorch", "tf32")
    assert refused.value.code == "PERTURBATION_WITHOUT_EFFECT"


def test_another_filter_is_planted_where_images_of_the_right_size_are_cropped(make_request) -> None:
    crop = {"scale": [0.2, 0.5], "ratio": [1, 1]}
    request = make_request("pytorch", dataset={"imageSize": 40}, augmentation={"randomResizedCrop": crop})
    run = prepare(request, Reporter(lambda report: None), RunRecord(request))
    before = next(run.inputs.training_batches(0))[0].inputs
    plant(run, "resize")
    assert not np.array_equal(next(run.inputs.training_batches(0))[0].inputs, before)
