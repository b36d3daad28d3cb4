"""Each engine writes down what it computes, so that a judge can hold the two against each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import ADAM, BACKBONE, MOSTLY_PYTORCH, PHASE
from twintune.backbones import find_backbone, tensor_shapes
from twintune.errors import Cancelled
from twintune.parity.ladder.judging import judge_rungs
from twintune.parity.ladder.recording import record_rungs
from twintune.parity.ladder.recording_file import Recording, load_recording
from twintune.protocol import JudgeRungsRequest, RecordRungsRequest, StageReport, Trained
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("one_thread")

FRAMEWORKS = ["tensorflow", "pytorch"]
SGD = {"name": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}
ALL = {**PHASE, "trainable": "all", "batchNorm": "train"}
COUPLED = {**ADAM, "weightDecay": 0.1}
# A training with all settings that change a step: the targets, the gradients and the learning rate.
RICH = {
    "precision": "float64",
    "batchSize": 4,
    "gradientAccumulation": 2,
    "clipGradientNorm": 0.5,
    "labelSmoothing": 0.1,
    "classWeights": "balanced",
    "ema": {"decay": 0.9},
    "phases": [
        {
            **ALL,
            "optimizer": COUPLED,
            "layerwiseDecay": 0.5,
            "schedule": {"name": "cosine", "warmupEpochs": 1, "finalLearningRate": 0},
        }
    ],
}


def record_to_file(request, emit=lambda report: None, trained: Trained = "phase") -> Path:
    file = Path(request.run_directory, "recording.safetensors")
    file.parent.mkdir(parents=True, exist_ok=True)
    record_rungs(RecordRungsRequest(request, trained, None, str(file)), emit)
    return file


def record(request) -> Recording:
    return load_recording(record_to_file(request))


@pytest.fixture(scope="module")
def rich_files(make_request_in, tmp_path_factory) -> dict[str, Path]:
    """The recordings of both engines on a phase with all settings that change a step."""
    head = {"hidden": [8], "activation": "silu", "dropout": 0.5}
    return {
        framework: record_to_file(
            make_request_in(
                tmp_path_factory.mktemp("rich"),
                framework,
                deterministic=True,
                augmentation={"horizontalFlip": 0.5, "mixup": 0.4},
                model={"backbone": BACKBONE, "weights": {"kind": "random"}, "head": head},
                training=RICH,
            ),
            trained="all",
        )
        for framework in FRAMEWORKS
    }


@pytest.fixture(scope="module")
def rich(rich_files: dict[str, Path]) -> dict[str, Recording]:
    return {framework: load_recording(file) for framework, file in rich_files.items()}


def test_both_engines_record_the_same_tensors_in_the_same_order(rich: dict[str, Recording]) -> None:
    ours, theirs = rich["tensorflow"].tensors, rich["pytorch"].tensors
    # Errors are planted in PyTorch alone.
    theirs = {name: tensor for name, tensor in theirs.items() if not name.startswith("planted-")}
    assert list(ours) == list(theirs)
    assert {name: (t.shape, t.dtype) for name, t in ours.items()} == {n: (t.shape, t.dtype) for n, t in theirs.items()}
    assert {tensor.dtype for tensor in ours.values()} == {np.dtype("float64")}


def test_the_tensors_are_those_of_the_contract(rich: dict[str, Recording]) -> None:
    recording, backbone = rich["tensorflow"], tensor_shapes(BACKBONE)
    head = {"head.0.weight": (8, 1024), "head.0.bias": (8,), "head.1.weight": (3, 8), "head.1.bias": (3,)}
    statistics = {name: shape for name, shape in backbone.items() if "running" in name}
    trained = {name: shape for name, shape in {**backbone, **head}.items() if name not in statistics}
    stages = [stage.name for stage in find_backbone(BACKBONE).stages]
    for group, expected in [
        ("weights", {**backbone, **head}),
        ("gradients", trained),
        ("optimizer", trained),
        ("moved-gradients", trained),
        ("first-batch-norm", statistics),
        ("batch-norm", statistics),
        ("moved-batch-norm", statistics),
    ]:
        held = recording.group(group)
        assert list(held) == list(expected), group
        assert {name: tensor.shape for name, tensor in held.items()} == expected, group
    for mode in ("inference", "training"):
        features = recording.group(f"features/{mode}")
        assert list(features) == [*stages, "pooled"]
        # Half of the image's rows and columns, behind the channels.
        assert features["stem"].shape == (4, 16, 17, 17)
        assert features["pooled"].shape == (4, 1024)
        assert recording.tensors[f"logits/{mode}"].shape == (4, 3)
        assert recording.tensors[f"loss/{mode}"].shape == (4,)
    assert recording.tensors["steps"].shape == recording.tensors["moved-steps"].shape == (10,)


def test_what_both_start_from_is_the_same_bit_for_bit(rich: dict[str, Recording]) -> None:
    ours, theirs = rich["tensorflow"], rich["pytorch"]
    assert all(np.array_equal(tensor, theirs.group("weights")[name]) for name, tensor in ours.group("weights").items())
    assert ours.header.pixel_digests == theirs.header.pixel_digests
    # The 29 training images make eight batches and four steps an epoch, so that ten steps are in three epochs.
    assert len(set(ours.header.pixel_digests)) == 20
    assert ours.header.evaluation == theirs.header.evaluation
    assert ours.header.evaluation["macroF1"] is not None


def test_every_rung_holds_between_the_two(rich_files: dict[str, Path]) -> None:
    ours, theirs = (str(rich_files[framework]) for framework in FRAMEWORKS)
    rungs = judge_rungs(JudgeRungsRequest(ours, theirs, "all")).rungs
    assert [rung for rung in rungs if not rung.passed] == []


def test_no_drawn_gradient_cancels_with_the_decay_of_its_weight(rich: dict[str, Recording]) -> None:
    """Only rounding would be left of the two, which Adam divides by its epsilon."""
    for recording in rich.values():
        before, after = recording.group("weights"), recording.group("optimizer")
        for name, tensor in after.items():
            # A gradient with the weight's own sign moves the weight towards zero; three steps take no weight further
            # than this.
            far = np.abs(before[name]) > 10 * ADAM["learningRate"]
            assert ((tensor - before[name]) * before[name] <= 0)[far].all(), name


def test_training_mode_is_not_inference_mode(rich: dict[str, Recording]) -> None:
    recording = rich["pytorch"]
    for group in ("features", "logits", "loss"):
        first = recording.group(group)
        for name in [name for name in first if name.startswith("inference")]:
            assert not np.allclose(first[name], first[name.replace("inference", "training")]), name


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_moved_steps_begin_where_the_plain_ones_did(rich: dict[str, Recording], framework: str) -> None:
    plain, moved = rich[framework].tensors["steps"], rich[framework].tensors["moved-steps"]
    # Steps from another state would differ in the first digits; steps from the same pixels would not differ at all.
    assert moved == pytest.approx(plain, rel=1e-7)
    assert not np.array_equal(moved, plain)
    statistics, after = rich[framework].group("batch-norm"), rich[framework].group("moved-batch-norm")
    assert all(np.allclose(after[name], tensor, rtol=1e-6, atol=1e-9) for name, tensor in statistics.items())


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_statistics_are_those_after_ten_steps(rich: dict[str, Recording], framework: str) -> None:
    before, after = rich[framework].group("weights"), rich[framework].group("batch-norm")
    assert all(not np.array_equal(tensor, before[name]) for name, tensor in after.items())


def test_places_have_the_names_that_the_libraries_give_them(rich: dict[str, Recording]) -> None:
    ours, theirs = (rich[framework].header for framework in FRAMEWORKS)
    assert (ours.library_names["blocks.1"], theirs.library_names["blocks.1"]) == ("block_1_1", "blocks.1")
    # Keras numbers the activation behind the layer that the table names.
    assert ours.library_names["stem"].startswith("activation")
    assert ours.library_names["bn1.running_var"] == "input_batch_norm/moving_variance"
    assert theirs.library_names["bn1.running_var"] == "bn1.running_var"
    assert "head.1.weight" in ours.library_names
    assert "tensorflow" in ours.versions and "keras-hub" in ours.versions
    assert "torch" in theirs.versions and "timm" in theirs.versions
    assert (ours.trained, ours.precision) == ("all", "float64")


def test_a_batch_s_losses_come_to_what_the_first_step_of_a_run_reports(make_request) -> None:
    phase = {**PHASE, "batchNorm": "adapt"}
    training = {"precision": "float64", "labelSmoothing": 0.1, "classWeights": "balanced", "phases": [phase]}
    head = {"hidden": [8], "activation": "relu", "dropout": 0.5}
    model = {"backbone": BACKBONE, "weights": {"kind": "random"}, "head": head}
    request = make_request("pytorch", model=model, training=training)
    recording = record(request)
    assert recording.tensors["loss/training"].sum() == pytest.approx(recording.tensors["steps"][0], rel=1e-12)
    assert recording.tensors["steps"][0] == run(request, lambda report: None).first_step_loss


def test_a_head_on_a_frozen_backbone_is_recorded_from_the_pixels_on(make_request) -> None:
    recording = record(make_request("pytorch", training={"precision": "float64"}))
    assert list(recording.group("gradients")) == [
        f"head.{layer}.{kind}" for layer in (0, 1) for kind in ("weight", "bias")
    ]
    features = recording.group("features")
    assert all(
        np.array_equal(features[f"inference/{name}"], tensor)
        for name, tensor in recording.group("features/training").items()
    )
    weights = recording.group("weights")
    assert all(np.array_equal(weights[name], tensor) for name, tensor in recording.group("batch-norm").items())


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_in_half_precision_a_loss_that_is_not_finite_loses_no_rung(make_request, framework: str) -> None:
    phase = {**ALL, "optimizer": {**SGD, "learningRate": 1e30, "decayNormAndBias": False}}
    recording = record(make_request(framework, training={"precision": "bfloat16", "phases": [phase]}))
    steps = recording.tensors["steps"]
    assert steps.shape == (10,)
    assert np.isfinite(steps[0]) and np.isnan(steps[-1])
    assert {tensor.dtype for tensor in recording.tensors.values()} == {np.dtype("float32")}
    assert not [name for name in recording.tensors if name.startswith("moved-")]
    assert all(np.isfinite(tensor).all() for tensor in recording.group("gradients").values())
    # bfloat16 is the upper half of float32.
    layer = recording.tensors["features/inference/blocks.5"]
    assert not (layer.view(np.uint32) & 0xFFFF).any()


def test_a_backbone_without_batch_norm_has_no_statistics(make_request) -> None:
    model = {
        "backbone": "vgg11",
        "weights": {"kind": "random"},
        "head": {"hidden": [], "activation": "relu", "dropout": 0},
    }
    phase = {**ALL, "trainable": {"lastStages": 1}}
    recording = record(make_request("pytorch", model=model, training={"precision": "float32", "phases": [phase]}))
    assert recording.group("batch-norm") == {}
    assert list(recording.group("features/training"))[-1] == "pooled"
    assert np.isfinite(recording.tensors["steps"]).all()


def test_a_recording_that_is_cancelled_leaves_no_file(make_request) -> None:
    request, seen = make_request("pytorch"), []

    def cancel(report: StageReport) -> None:
        seen.append(report.stage)
        if report.stage == "evaluate":
            raise Cancelled

    with pytest.raises(Cancelled):
        record_to_file(request, cancel)
    assert seen[-2:] == ["features", "evaluate"]
    assert not list(Path(request.run_directory).glob("recording*"))
