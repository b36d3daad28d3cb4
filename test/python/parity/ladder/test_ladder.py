"""Both engines mean the same on every rung, for every aligned backbone, whatever trains and whatever it begins with.

All of these tests are slow. Every test run climbs the ladders of a MobileNet in `test_recording.py` and of a ResNet in
`test_perturbations.py`, and trains from the shipped weights in `test/integration/sample.test.ts`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from aligned_models import write_weights
from conftest import ADAM, PHASE
from safetensors.numpy import load_file
from step_rig import SGD
from twintune.backbones import backbone_table, find_backbone
from twintune.model.weights import resolve_weights
from twintune.parity.ladder.judging import judge_rungs
from twintune.parity.ladder.recording import record_rungs
from twintune.parity.ladder.recording_file import load_recording
from twintune.parity.ladder.rounding import judge_rounding
from twintune.protocol import (
    JudgeRoundingRequest,
    JudgeRungsRequest,
    Precision,
    RecordRungsRequest,
    RunRequest,
)
from twintune.protocol.judge_rounding import Recordings

pytestmark = pytest.mark.usefixtures("one_thread")

# Even through all strides, where Keras' `same` pads one side alone; and odd, as weights that were trained with
# TensorFlow's padding want it.
EVEN, ODD = 64, 65
ADAMW = {**ADAM, "name": "adamw", "weightDecay": 0.1}
PHASES = {
    "head": PHASE,
    "lastStages": {**PHASE, "trainable": {"lastStages": 1}, "batchNorm": "adapt", "optimizer": SGD},
    "all": {
        **PHASE,
        "trainable": "all",
        "batchNorm": "train",
        "optimizer": {**ADAM, "name": "adamw", "weightDecay": 0.1},
    },
}


@pytest.fixture
def record(make_request, tmp_path: Path) -> Callable[..., str]:
    """Records an engine; gives the file."""

    def run(framework: str, backbone: str, trained: str, weights: str, precision: Precision = "float64") -> str:
        request = make_request(
            framework,
            deterministic=True,
            dataset={"imageSize": EVEN if weights == "given" and not _is_packaged(backbone) else ODD},
            model={
                "backbone": backbone,
                "weights": _given(backbone, tmp_path) if weights == "given" else {"kind": "random"},
                "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
            },
            training={"batchSize": 4, "precision": precision, "phases": [PHASES[trained]]},
        )
        file = str(tmp_path / f"{framework}-{precision}.safetensors")
        record_rungs(RecordRungsRequest(request, "phase", None, file), lambda report: None)
        _assert_the_file_s_tensors(request, file)
        return file

    return run


# `make parity` climbs all rungs of every backbone with random weights, on even images.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("trained", "weights"), [("head", "random"), ("head", "given"), ("lastStages", "given"), ("all", "given")]
)
@pytest.mark.parametrize("backbone", backbone_table())
def test_every_rung_holds_in_float64(record, backbone: str, trained: str, weights: str) -> None:
    ours, theirs = (record(framework, backbone, trained, weights) for framework in ("tensorflow", "pytorch"))
    rungs = judge_rungs(JudgeRungsRequest(ours, theirs, "phase")).rungs
    assert rungs[-1].rung == "evaluation"
    assert [rung for rung in rungs if not rung.passed] == []


@pytest.mark.slow
@pytest.mark.parametrize("backbone", backbone_table())
def test_neither_engine_is_less_exact_in_float32(record, backbone: str) -> None:
    files = {
        framework: Recordings(
            exact=record(framework, backbone, "head", "given"),
            rounded=record(framework, backbone, "head", "given", "float32"),
        )
        for framework in ("tensorflow", "pytorch")
    }
    rounding = judge_rounding(JudgeRoundingRequest(files["tensorflow"], files["pytorch"])).rounding
    assert [rung for rung in rounding if not rung.passed] == []


def _is_packaged(backbone: str) -> bool:
    return find_backbone(backbone).imagenet.source == "package"


def _given(backbone: str, folder: Path) -> dict[str, str]:
    """Real weights where they are on every machine, else ones whose BatchNorm layers aren't the identity."""
    if _is_packaged(backbone):
        return {"kind": "imagenet"}
    return {"kind": "file", "path": str(write_weights(backbone, folder))}


def _assert_the_file_s_tensors(request: RunRequest, file: str) -> None:
    """Asserts that both engines hold the tensors of one file: equal ones alone could both be wrong."""
    given = load_file(resolve_weights(request))
    for name, tensor in load_recording(Path(file)).group("weights").items():
        if not name.startswith("head."):
            assert np.array_equal(tensor, given[name]), name
