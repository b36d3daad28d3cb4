"""Each rung passes where two recordings differ by rounding, and fails, with its place, where they differ by meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fabricated_recordings import (
    TRAINED,
    Change,
    across_the_bridge,
    change_header,
    change_tensor,
    change_value,
    fabricate,
    set_value,
    without,
    write,
)
from twintune.parity.ladder.judging import judge_rungs
from twintune.parity.ladder.recording_file import RUNGS
from twintune.protocol import JudgeRungsRequest, Rung

NAME = "layer1.bn.running_var"
GRADIENTS = ("gradients", "moved-gradients")
STATISTICS_GROUPS = ("weights", "first-batch-norm", "batch-norm", "moved-batch-norm")


@pytest.fixture
def judge(tmp_path: Path):
    """Judges fabricated recordings, with changes of PyTorch's and before them of both."""

    def judge_changed(*changes: Change, both: tuple[Change, ...] = ()) -> dict[str, Rung]:
        tensorflow = write(fabricate("tensorflow"), tmp_path, *both)
        pytorch = write(fabricate("pytorch"), tmp_path, *both, *changes)
        request = JudgeRungsRequest(tensorflow=tensorflow, pytorch=pytorch, trained="phase")
        return {rung.rung: rung for rung in across_the_bridge(judge_rungs(request)).rungs}

    return judge_changed


def max_index(tensor: np.ndarray) -> tuple[int, ...]:
    return tuple(int(index) for index in np.unravel_index(np.abs(tensor).argmax(), tensor.shape))


def failed(rungs: dict[str, Rung]) -> list[str]:
    return [name for name, rung in rungs.items() if not rung.passed]


def test_two_engines_that_differ_by_rounding_pass_every_rung_in_order(judge) -> None:
    rungs = judge()
    assert tuple(rungs) == RUNGS
    assert failed(rungs) == []
    for name in ("pixels", "weights", "evaluation"):
        assert (rungs[name].worst, rungs[name].bound, rungs[name].where) == (0, 0, None)
    # A few places of float64; an update of 1e-3 is read from weights of 0.3, whose last place is 5e-14 of it.
    for name, most in {
        "features": 1e-15,
        "logits": 1e-15,
        "loss": 1e-15,
        "gradients": 1e-15,
        "optimizer": 1e-13,
    }.items():
        assert 0 < rungs[name].worst < most
        assert rungs[name].where is not None


def test_a_rung_that_one_recording_ends_before_is_not_judged(judge) -> None:
    assert tuple(judge(change_header(last_rung="gradients"))) == RUNGS[: RUNGS.index("gradients") + 1]


def test_the_first_batch_with_other_pixels_is_named(judge) -> None:
    rungs = judge(change_header(pixel_digests=["digest 0", "another", "another"]))
    assert failed(rungs) == ["pixels"]
    assert (rungs["pixels"].where, rungs["pixels"].worst) == ("batch 2", None)
    assert rungs["pixels"].note == "2 of 3 batches differ."


def test_a_batch_that_one_engine_lacks_is_another_batch(judge) -> None:
    assert judge(change_header(pixel_digests=["digest 0", "digest 1"]))["pixels"].where == "batch 3"


def test_a_single_weight_that_differs_by_one_place_fails(judge) -> None:
    rungs = judge(change_value("weights/layer1.conv.weight", (2, 1, 0, 2), 1 + 2**-52))
    rung = rungs["weights"]
    assert failed(rungs) == ["weights"]
    assert rung.where == (
        "layer1.conv.weight (timm module/layer1.conv.weight, keras-hub stack/layer1.conv.weight), [2, 1, 0, 2]"
    )
    assert rung.tensorflow != rung.pytorch
    assert rung.tensorflow == pytest.approx(rung.pytorch)


def test_features_name_the_first_stage_beyond_the_bound_and_the_size_of_the_worst(judge) -> None:
    rungs = judge(
        change_value("features/inference/layer2", (0, 0, 0, 0), 2),
        change_value("features/inference/layer1", (3, 7, 1, 2), 1 + 1e-7),
        change_value("features/training/stem", (0, 0, 0, 0), 2),
    )
    rung = rungs["features"]
    assert failed(rungs) == ["features"]
    assert rung.where == (
        "layer1 (timm module/layer1, keras-hub stack/layer1), inference mode, [image 3, channel 7, 1, 2]"
    )
    assert rung.worst > 0.01
    assert rung.bound == 1e-10
    assert rung.note.startswith("There it is 2.2e-08, beyond 1.0e-10; the largest is at layer2 ")


def test_training_mode_is_named_where_inference_mode_agrees(judge) -> None:
    rung = judge(change_value("features/training/layer1", (0, 0, 0, 0), 1 + 1e-6))["features"]
    assert "layer1" in rung.where
    assert "training mode" in rung.where


@pytest.mark.parametrize(
    ("rung", "tensor", "index", "where"),
    [
        ("logits", "logits/training", (5, 2), "training mode, [image 5, class 2]"),
        ("loss", "loss/inference", (5,), "inference mode, [image 5]"),
    ],
)
def test_one_logit_or_loss_is_found(judge, rung: str, tensor: str, index: tuple[int, ...], where: str) -> None:
    rungs = judge(change_value(tensor, index, 1 + 1e-8))
    assert failed(rungs) == [rung]
    assert rungs[rung].where == where


def test_gradients_name_the_first_tensor_on_the_way_back_from_the_head(judge) -> None:
    rungs = judge(
        *(change_value(f"{group}/conv1.weight", (0, 0, 0, 0), 2) for group in GRADIENTS),
        *(change_value(f"{group}/layer1.conv.weight", (0, 0, 0, 0), 1 + 1e-5) for group in GRADIENTS),
    )
    assert failed(rungs) == ["gradients"]
    assert rungs["gradients"].where.startswith("layer1.conv.weight ")


def test_a_gradient_that_is_truly_zero_is_held_to_the_model_s_scale(judge) -> None:
    def noise(size: float) -> tuple[Change, ...]:
        signs = iter((1.0, 1.0, -1.0, -1.0))
        return tuple(
            change_tensor(f"{group}/head.0.bias", lambda old: np.full_like(old, size * next(signs)))
            for group in GRADIENTS
        )

    assert failed(judge(both=noise(1e-16))) == []
    # Above 1e-12 of the model's largest it is a gradient, and this one has another sign in each engine.
    assert failed(judge(both=noise(1e-12))) == ["gradients"]


def planted(changes: list[float]) -> Change:
    """The changes of the trained tensors' gradients by an error of 1 in the gradient that enters a stage."""
    return lambda recording: replace(
        recording, tensors={**recording.tensors, "planted-gradients/layer1": np.array(changes)}
    )


def test_the_limit_of_the_gradients_is_the_error_of_a_stage_that_the_first_tensor_shows(judge) -> None:
    largest = np.abs(fabricate("pytorch").tensors["gradients/conv1.weight"]).max()
    # Each value of the first convolution's gradient moves by half of an error, so that 1e-10 is reached by twice that.
    rungs = judge(planted([largest / 2, 0, 0, 0, 0, 0]))
    assert rungs["gradients"].limit == pytest.approx(2e-10, rel=1e-9)
    assert rungs["features"].limit == 1e-10
    assert rungs["optimizer"].limit == rungs["optimizer"].bound


def test_a_tensor_with_a_loose_bound_of_its_own_is_told_of(judge) -> None:
    name = "layer1.bn.weight"
    largest = max_index(fabricate("pytorch").tensors[f"gradients/{name}"])
    sensitive = change_value(f"moved-gradients/{name}", largest, 1 + 1e-8)
    rung = judge(planted([1.0] * len(TRAINED)), both=(sensitive,))["gradients"]
    assert rung.note == (
        "An error in a single tensor's gradient, and in no other, is shown from 1.0e-08 in the worst case."
    )
    assert rung.limit is not None and rung.limit < 1e-9


def test_a_gradient_may_differ_by_what_a_hundred_last_places_of_the_pixels_change(judge) -> None:
    # Such a gradient is that of a scale which the next BatchNorm cancels: a sum that cancels.
    name = "layer1.bn.weight"
    largest = max_index(fabricate("pytorch").tensors[f"gradients/{name}"])
    sensitive = change_value(f"moved-gradients/{name}", largest, 1 + 1e-8)

    def off_by(difference: float) -> dict[str, Rung]:
        shifted = [
            change_value(f"{group}/{name}", largest, 1 + difference) for group in ("gradients", "moved-gradients")
        ]
        return judge(*shifted, both=(sensitive,))

    assert failed(off_by(0.9e-8)) == []
    assert failed(off_by(1.1e-8)) == ["gradients"]


def test_a_weight_after_the_step_that_is_off_by_more_than_rounding_fails(judge) -> None:
    rungs = judge(change_value("optimizer/layer1.conv.weight", (0, 0, 0, 0), 1 + 1e-9))
    assert failed(rungs) == ["optimizer"]
    assert rungs["optimizer"].where.startswith("layer1.conv.weight ")


def test_a_wrong_update_shows_though_it_is_small_beside_the_weight(judge) -> None:
    # An epsilon ten times too large changes Adam's update by 1e-9 of itself, which is 1e-13 of this weight.
    place = (0, 0, 0, 0)
    large = set_value("weights/conv1.weight", place, 10), set_value("optimizer/conv1.weight", place, 10 - 1e-3)
    assert failed(judge(both=large)) == []
    rungs = judge(set_value("optimizer/conv1.weight", place, 10 - 1e-3 * (1 + 1e-9)), both=large)
    assert failed(rungs) == ["optimizer"]
    assert rungs["optimizer"].where.endswith("its update, [0, 0, 0, 0]")
    assert rungs["optimizer"].tensorflow == pytest.approx(-1e-3)


def test_a_step_that_moves_nothing_is_said(judge) -> None:
    still = [
        change_tensor(f"{group}/{name}", lambda old: np.full_like(old, 0.25))
        for group in ("weights", "optimizer")
        for name in TRAINED
    ]
    rung = judge(both=tuple(still))["optimizer"]
    assert rung.passed
    assert "moves nothing" in rung.note


def test_a_step_may_differ_by_what_a_hundred_last_places_of_the_pixels_change(judge) -> None:
    sensitive = change_value("moved-steps", (6,), 1 + 1e-7)

    def off_by(difference: float) -> dict[str, Rung]:
        shifted = [change_value(name, (6,), 1 + difference) for name in ("steps", "moved-steps")]
        return judge(*shifted, both=(sensitive,))

    within, beyond = off_by(0.9e-7), off_by(1.1e-7)
    assert failed(within) == []
    assert within["steps"].where == "step 7"
    assert within["steps"].worst == pytest.approx(0.9e-7, rel=1e-3)
    assert within["steps"].bound == pytest.approx(1e-7, rel=1e-3)
    assert failed(beyond) == ["steps"]


def test_a_steady_step_is_held_to_the_smallest_bound_and_the_first_one_beyond_is_named(judge) -> None:
    shifted = [change_value(name, (step,), 1 + 1e-9) for name in ("steps", "moved-steps") for step in (2, 5)]
    rung = judge(*shifted)["steps"]
    assert not rung.passed
    assert (rung.where, rung.bound) == ("step 3", 1e-10)


def test_chaotic_steps_are_shown_and_not_judged(judge) -> None:
    chaotic = [change_value("moved-steps", (step,), 1 + 1e-1) for step in (8, 9)]
    different = [change_value(name, (9,), 1.5) for name in ("steps", "moved-steps")]
    rung = judge(*different, both=tuple(chaotic))["steps"]
    assert rung.passed
    assert rung.note.startswith("Not judged: step 9 and 1 more, where a hundred last places in the pixels would move")
    assert "by up to 1.0e-01" in rung.note
    assert "differ by up to 3.3e-01" in rung.note


def test_nothing_but_chaos_after_the_first_update_is_no_agreement(judge) -> None:
    def chaotic_from(step: int) -> Change:
        return change_tensor("moved-steps", lambda losses: losses * np.where(np.arange(len(losses)) < step, 1, 1.1))

    # The first step's loss is of the weights as they were.
    assert failed(judge(both=(chaotic_from(0),))) == ["steps"]
    assert failed(judge(both=(chaotic_from(1),))) == ["steps"]
    assert failed(judge(both=(chaotic_from(2),))) == []


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_engine_that_has_lost_its_loss_is_judged_where_the_other_is_chaotic(judge, value: float) -> None:
    chaotic = change_value("moved-steps", (9,), 1 + 1e-1)
    lost = [set_value(name, (9,), value) for name in ("steps", "moved-steps")]
    rungs = judge(*lost, both=(chaotic,))
    assert failed(rungs) == ["steps"]
    assert rungs["steps"].where == "step 10"


def test_running_statistics_are_held_to_the_same_rule(judge) -> None:
    both_moved = [change_value(f"{prefix}/{NAME}", (3,), 1 + 1e-9) for prefix in ("batch-norm", "moved-batch-norm")]
    rungs = judge(*both_moved)
    assert failed(rungs) == ["batch-norm"]
    assert rungs["batch-norm"].where.startswith(NAME)
    sensitive = change_value(f"moved-batch-norm/{NAME}", (3,), 1 + 1e-8)
    assert failed(judge(*both_moved, both=(sensitive,))) == []


def test_a_wrong_momentum_shows_after_the_first_step_where_ten_steps_are_chaotic(judge) -> None:
    chaotic = tuple(
        change_tensor(f"moved-batch-norm/{name}", lambda old: old * (1 + 1e-1))
        for name in ("layer1.bn.running_mean", NAME)
    )
    rungs = judge(both=chaotic)
    assert failed(rungs) == []
    assert rungs["batch-norm"].note.startswith("Not judged: layer1.bn.running_mean (")
    rung = judge(change_value(f"first-batch-norm/{NAME}", (0,), 1 + 1e-6), both=chaotic)["batch-norm"]
    assert not rung.passed
    assert rung.where.startswith(NAME)
    assert rung.where.endswith(", after the first step, [channel 0]")


def test_a_running_mean_that_is_truly_zero_is_held_to_the_spread_of_what_it_is_of(judge) -> None:
    mean = "layer1.bn.running_mean"
    groups = [group for group in STATISTICS_GROUPS if group != "weights"]
    sizes = {"noise": 1e-17, "other noise": 3e-17, "a mean": 1e-9}

    def set_to(size: str, groups: list[str]) -> list[Change]:
        return [change_tensor(f"{group}/{mean}", lambda old: np.full_like(old, sizes[size])) for group in groups]

    noise = tuple(set_to("noise", groups))
    assert failed(judge(*set_to("other noise", groups), both=noise)) == []
    rungs = judge(*set_to("a mean", ["batch-norm", "moved-batch-norm"]), both=noise)
    assert failed(rungs) == ["batch-norm"]
    assert rungs["batch-norm"].where.startswith(mean)


def test_a_model_without_batch_norm_has_none_to_judge(judge) -> None:
    rungs = judge(both=(without(*(f"{group}/layer1.bn.running" for group in STATISTICS_GROUPS)),))
    assert failed(rungs) == []
    assert rungs["batch-norm"].note == "The model has no BatchNorm."


def test_evaluation_compares_every_metric(judge) -> None:
    rungs = judge(change_header(evaluation={"accuracy": 0.5, "loss": 1.25 + 2**-52, "top5": None}))
    assert failed(rungs) == ["evaluation"]
    assert (rungs["evaluation"].where, rungs["evaluation"].tensorflow) == ("loss", 1.25)
    assert failed(judge(change_header(evaluation={"accuracy": 0.5, "loss": 1.25, "top5": 0.9}))) == ["evaluation"]
    assert failed(judge(change_header(evaluation={"accuracy": 0.5, "loss": 1.25}))) == []


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("rung", "tensor"),
    [
        ("weights", "weights/conv1.weight"),
        ("features", "features/inference/stem"),
        ("logits", "logits/inference"),
        ("loss", "loss/training"),
        ("gradients", "gradients/head.0.bias"),
        ("optimizer", "optimizer/head.0.bias"),
        ("steps", "steps"),
        ("batch-norm", "batch-norm/layer1.bn.running_var"),
    ],
)
def test_what_is_not_finite_never_passes_even_in_both(judge, rung: str, tensor: str, value: float) -> None:
    rungs = judge(both=(change_tensor(tensor, lambda old: np.full_like(old, value)),))
    assert rung in failed(rungs)
    assert (rungs[rung].worst, rungs[rung].tensorflow) == (None, None)
    assert "not finite" in rungs[rung].note


@pytest.mark.parametrize(
    ("rung", "prefix", "place"),
    [
        ("weights", "weights/layer1.conv.weight", "layer1.conv.weight "),
        ("features", "features/training/layer1", "layer1 "),
        ("logits", "logits/training", "training mode"),
        ("gradients", "gradients/head.0.bias", "head.0.bias (PyTorch module/head.0.bias, Keras stack/head.0.bias)"),
        ("optimizer", "optimizer/head.0.bias", "head.0.bias "),
        ("steps", "steps", "step 1"),
        ("batch-norm", "batch-norm/layer1.bn.running_var", "layer1.bn.running_var "),
    ],
)
def test_a_tensor_that_one_engine_lacks_is_named(judge, rung: str, prefix: str, place: str) -> None:
    judged = judge(without(prefix))[rung]
    assert not judged.passed
    assert judged.where.startswith(place)
    assert "PyTorch has none." in judged.note


def test_a_tensor_of_another_shape_is_said_to_have_it(judge) -> None:
    rung = judge(change_tensor("features/inference/layer1", lambda old: old[:, :, :2]))["features"]
    assert not rung.passed
    assert rung.note == "TensorFlow's has the shape [16, 8, 4, 4], PyTorch's [16, 8, 2, 4]."


@pytest.mark.parametrize(
    "prefix", ["weights", "features", "logits", "loss", "gradients", "optimizer", "steps", "batch-norm"]
)
def test_a_rung_that_neither_engine_recorded_fails(judge, prefix: str) -> None:
    assert prefix in failed(judge(both=(without(prefix, f"first-{prefix}", f"moved-{prefix}"),)))


def test_no_pixels_and_no_metrics_are_no_agreement(judge) -> None:
    assert failed(judge(both=(change_header(pixel_digests=[], evaluation={}),))) == ["pixels", "evaluation"]


def test_every_rung_is_judged_though_an_earlier_one_failed(judge) -> None:
    rungs = judge(change_value("weights/conv1.weight", (0, 0, 0, 0), 2), change_value("loss/training", (0,), 2))
    assert tuple(rungs) == RUNGS
    # The step began at the weight that differs, so its update does too.
    assert failed(rungs) == ["weights", "loss", "optimizer"]
