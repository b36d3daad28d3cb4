"""A recording says how small an error in the backward pass its gradients would show, and such errors are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ADAM, PHASE
from twintune.parity.ladder import recording
from twintune.parity.ladder.judging import judge_rungs
from twintune.parity.ladder.planted_errors import BackwardError
from twintune.parity.ladder.recording_file import load_recording
from twintune.protocol import JudgeRungsRequest, RecordRungsRequest, Rung

ALL = {**PHASE, "trainable": "all", "batchNorm": "train", "optimizer": ADAM}


@pytest.fixture
def record(make_request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Records PyTorch up to its gradients, with an error in the gradient that enters a stage; gives the file."""

    def run(name: str, phase: dict = ALL, stage: str = "layer2", error: float = 0.0) -> str:
        def plant(context, perturbation) -> None:
            module = context.engine.model.backbone.get_submodule(stage)
            module.register_forward_hook(BackwardError(error, np.random.default_rng(7)))

        monkeypatch.setattr(recording, "plant", plant)
        model = {
            "backbone": "resnet18",
            "weights": {"kind": "random"},
            "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
        }
        training = {"precision": "float64", "phases": [phase]}
        request = make_request("pytorch", deterministic=True, model=model, training=training)
        file = str(tmp_path / f"{name}.safetensors")
        recording.record_rungs(RecordRungsRequest(request, "phase", None, file), lambda report: None, "gradients")
        return file

    return run


def gradients_of(ours: str, theirs: str) -> Rung:
    return judge_rungs(JudgeRungsRequest(ours, theirs, "phase")).rungs[-1]


@pytest.mark.slow
def test_an_error_above_the_limit_fails_the_gradients_and_one_below_it_passes(record) -> None:
    plain = record("plain")
    limit = gradients_of(plain, plain).limit
    assert limit is not None
    # The signs are drawn anew, which moves the largest change of a tensor by less than half.
    assert gradients_of(plain, record("below", error=limit / 3)).passed
    assert not gradients_of(plain, record("above", error=3 * limit)).passed


def test_a_head_on_a_frozen_backbone_has_no_stage_that_gradients_pass(record) -> None:
    file = record("head", phase=PHASE)
    assert load_recording(Path(file)).names("planted-gradients") == []
    assert gradients_of(file, file).limit == 1e-10
