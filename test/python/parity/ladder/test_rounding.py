"""An engine that is ten times less exact than the other fails; errors of the same size pass, however large."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from fabricated_recordings import Change, across_the_bridge, change_tensor, fabricate, without, write
from twintune.parity.ladder.rounding import judge_rounding
from twintune.protocol import JudgeRoundingRequest, Precision, Recordings, RoundedRungName, Rounding

MODES = ("inference", "training")


@pytest.fixture
def judge(tmp_path: Path):
    """Judges fabricated recordings in float64 and in a precision, with changes of PyTorch's rounded one."""

    def judge_changed(
        *changes: Change, exact: Sequence[Change] = (), both: Sequence[Change] = (), precision: Precision = "float32"
    ) -> dict[str, Rounding]:
        def recordings(framework, *of_rounded: Change) -> Recordings:
            return Recordings(
                exact=write(fabricate(framework), tmp_path, *exact),
                rounded=write(fabricate(framework, precision), tmp_path, *both, *of_rounded),
            )

        request = JudgeRoundingRequest(tensorflow=recordings("tensorflow"), pytorch=recordings("pytorch", *changes))
        return {rung.rung: rung for rung in across_the_bridge(judge_rounding(request)).rounding}

    return judge_changed


def less_exact(name: str, error: float) -> Change:
    draw = np.random.default_rng(1)
    return change_tensor(name, lambda old: (old * (1 + draw.normal(0, error, old.shape))).astype(np.float32))


def exactly(names: Sequence[str]) -> list[Change]:
    """The values that both precisions hold: powers of two."""
    return [change_tensor(name, lambda old: np.full_like(old, 0.25)) for name in names]


def failed(rungs: dict[str, Rounding]) -> list[str]:
    return [name for name, rung in rungs.items() if not rung.passed]


def test_two_engines_that_round_alike_pass_every_rung_in_order(judge) -> None:
    rungs = judge()
    assert tuple(rungs) == get_args(RoundedRungName)
    assert failed(rungs) == []
    assert [name for name, rung in rungs.items() if rung.judged] == ["features", "logits"]
    for rung in rungs.values():
        # Uniform relative errors of up to 2**-24, and the rounding to float32 beside: about 2**-24 / 1.2.
        assert rung.tensorflow == pytest.approx(2**-24, rel=0.6)
        assert rung.pytorch == pytest.approx(2**-24, rel=0.6)
        assert rung.ratio < 2


@pytest.mark.parametrize(
    ("rung", "tensor", "where"),
    [
        ("features", "features/training/layer1", "layer1 (timm module/layer1, keras-hub stack/layer1), training mode"),
        ("logits", "logits/inference", "inference mode"),
    ],
)
def test_an_engine_more_than_ten_times_less_exact_fails_at_the_place(judge, rung: str, tensor: str, where: str) -> None:
    # TensorFloat-32 keeps 10 bits.
    rungs = judge(less_exact(tensor, 2**-11))
    assert failed(rungs) == [rung]
    assert rungs[rung].where == where
    assert rungs[rung].pytorch == pytest.approx(2**-11, rel=0.2)
    assert rungs[rung].ratio > 1000
    assert failed(judge(less_exact(tensor, 4 * 2**-24))) == []


def test_the_largest_error_is_told_though_another_place_has_the_largest_ratio(judge) -> None:
    alike = [less_exact(f"features/{mode}/layer2", 1e-4) for mode in MODES]
    rung = judge(less_exact("features/inference/stem", 1e-6), both=alike)["features"]
    assert not rung.passed
    assert rung.where.startswith("stem ")
    assert rung.tensorflow == pytest.approx(1e-4, rel=0.1)
    assert rung.pytorch == pytest.approx(1e-4, rel=0.1)
    assert rung.errors.pytorch == pytest.approx(1e-6, rel=0.2)
    assert rung.ratio == pytest.approx(rung.errors.pytorch / rung.errors.tensorflow)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precisions_are_judged_in_the_same_way(judge, precision: Precision) -> None:
    names = [f"features/{mode}/{stage}" for mode in MODES for stage in ("stem", "layer1", "layer2", "pooled")]
    half = [less_exact(name, 2**-9) for name in names]
    assert failed(judge(both=half, precision=precision)) == []
    assert failed(judge(less_exact("features/training/pooled", 2**-5), both=half, precision=precision)) == ["features"]


def test_what_is_exact_in_both_passes(judge) -> None:
    names = [f"logits/{mode}" for mode in MODES]
    rung = judge(exact=exactly(names), both=exactly(names))["logits"]
    assert (rung.passed, rung.tensorflow, rung.pytorch, rung.ratio) == (True, 0, 0, 0)


def test_what_is_exact_in_one_engine_passes_where_the_other_rounds_and_fails_where_it_is_off(judge) -> None:
    names = [f"logits/{mode}" for mode in MODES]
    exact = {"exact": exactly(names), "both": exactly(names)}
    assert failed(judge(less_exact(names[0], 2**-24), **exact)) == []
    assert failed(judge(less_exact(names[0], 2**-11), **exact)) == ["logits"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_fails_where_it_is_judged_and_is_shown_elsewhere(judge, value: float) -> None:
    names = ("features/training/stem", "loss/training", "steps")
    rungs = judge(*(change_tensor(name, lambda old: np.full_like(old, value)) for name in names))
    assert failed(rungs) == ["features"]
    for name in ("features", "loss", "steps"):
        assert (rungs[name].pytorch, rungs[name].ratio) == (None, None)


def test_a_tensor_that_a_precision_lacks_fails(judge) -> None:
    rungs = judge(without("features/training/layer1"))
    assert failed(rungs) == ["features"]
    assert rungs["features"].where.startswith("layer1 ")


def test_small_tensors_are_put_together(judge) -> None:
    # 32 logits a mode, 64 in all.
    few = [change_tensor(f"logits/{mode}", lambda old: old[:, :2]) for mode in MODES]
    rung = judge(exact=few, both=few)["logits"]
    assert (rung.judged, rung.where) == (True, "inference mode and 1 more")


def test_too_few_values_are_shown_and_not_judged(judge) -> None:
    few = [change_tensor(f"logits/{mode}", lambda old: old[:8, :2]) for mode in MODES]
    rung = judge(less_exact("logits/training", 0.1), exact=few, both=few)["logits"]
    assert (rung.passed, rung.judged) == (True, False)
    assert rung.pytorch > 0.01


def test_gradients_that_are_truly_zero_don_t_count(judge) -> None:
    noise = change_tensor("gradients/conv1.weight", lambda old: 1e-16 * old)
    swollen = change_tensor("gradients/conv1.weight", lambda old: 1e-7 * old)
    assert judge(swollen, exact=[noise], both=[noise])["gradients"].pytorch < 1e-6
