"""One framework judges the other's run: it takes the kept steps again from the same states, and tests the model."""

from __future__ import annotations

import copy
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from conftest import ADAM, PHASE, RESNET
from safetensors.numpy import load_file
from twintune import protocol
from twintune.errors import TwintuneError
from twintune.model.tensor_files import load_sealed, save_sealed
from twintune.parity.replay.judging_runs import judge_run
from twintune.training.loop import run

ADAMW = {**ADAM, "name": "adamw", "learningRate": 1e-2, "weightDecay": 0.1}
TRAINING = {
    "batchSize": 8,
    "gradientAccumulation": 2,
    "clipGradientNorm": 1.0,
    "labelSmoothing": 0.1,
    "ema": {"decay": 0.9},
    "phases": [
        {**PHASE, "epochs": 2},
        {
            **PHASE,
            "epochs": 2,
            "trainable": {"lastStages": 1},
            "optimizer": ADAMW,
            "backboneLearningRateScale": 0.1,
            "schedule": {"name": "cosine", "warmupEpochs": 0, "finalLearningRate": 0},
        },
    ],
}
"""The head on features, then the last stage on activations; each epoch ends in a group of a single, short batch."""

RequestOf = Callable[[str], protocol.RunRequest]


@pytest.fixture(scope="module")
def finished(
    make_request_in: Callable[..., protocol.RunRequest], frameworks: None, tmp_path_factory: pytest.TempPathFactory
) -> RequestOf:
    """A function that carries out a framework's run once, and returns its request."""
    folder = tmp_path_factory.mktemp("judged")

    @functools.cache
    def finish(framework: str) -> protocol.RunRequest:
        training = copy.deepcopy(TRAINING)
        request = make_request_in(
            folder, framework, training=training, model=RESNET, keepSteps="chosen", featureCache=True
        )
        run(request, lambda report: None)
        return request

    return finish


@pytest.fixture
def judge(finished: RequestOf, tmp_path: Path) -> Callable[..., protocol.JudgeRunResult]:
    """A function that has PyTorch's run judged by PyTorch, after a change of what the run has kept.

    Keras takes ten seconds to run or to judge, and what is tested here has nothing to do with the framework.
    """

    # Carried out before a test plants its mistake.
    request = finished("pytorch")

    def judge_changed(only: str, change: Callable[[Path], None] = lambda folder: None) -> protocol.JudgeRunResult:
        folder = tmp_path / "judged"
        shutil.copytree(request.run_directory, folder)
        for file in (folder / "steps").iterdir():
            if not file.name.startswith(only):
                file.unlink()
        change(folder)
        return judge_run(_request(request, folder), lambda report: None)

    return judge_changed


# The comparison of test/integration/compare.test.ts has both frameworks judge each other in every test run.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("judged", "judge_of"), [("pytorch", "pytorch"), ("tensorflow", "pytorch"), ("pytorch", "tensorflow")]
)
def test_a_run_that_did_the_same_is_taken_again_within_rounding(
    judged: str, judge_of: str, finished: RequestOf
) -> None:
    result = judge_run(_request(finished(judge_of), Path(finished(judged).run_directory)), lambda report: None)
    assert [(step.phase, step.epoch, step.step) for step in result.steps] == [
        (1, 1, 1),
        (1, 1, 2),
        (1, 2, 1),
        (1, 2, 2),
        (2, 1, 1),
        (2, 1, 2),
        (2, 2, 1),
        (2, 2, 2),
    ]
    assert [_faults(step) for step in result.steps] == [[]] * 8
    assert all(step.inputs is not None and step.updates[0] > 0 for step in result.steps)
    (evaluation,) = result.evaluations
    assert evaluation.difference < evaluation.bound
    assert evaluation.different == []


def test_a_weight_that_moved_too_far_is_named(judge: Callable[..., protocol.JudgeRunResult]) -> None:
    def change(folder: Path) -> None:
        before = load_file(folder / "steps" / "phase-2-epoch-1-step-2-before.safetensors")
        _rewrite(
            folder / "steps" / "phase-2-epoch-1-step-2-after.safetensors",
            lambda name, tensor: tensor + 0.05 * (tensor - before[name]) if name == "head.1.weight" else tensor,
        )

    steps = judge("phase-2-epoch-1", change).steps
    assert [_faults(step) for step in steps] == [[], ["head.1.weight"]]


def test_features_of_other_images_are_found_out(judge: Callable[..., protocol.JudgeRunResult]) -> None:
    def change(folder: Path) -> None:
        _rewrite(
            folder / "steps" / "phase-1-epoch-1-step-1-after.safetensors",
            lambda name, tensor: tensor[::-1] if name == "inputs.0" else tensor,
        )

    assert "inputs" in _faults(judge("phase-1-epoch-1-step-1", change).steps[0])


@pytest.mark.parametrize("name", ["steps/*-before", "steps/*-after", "model/model", "predictions"])
def test_a_file_with_a_changed_bit_is_named_and_judged_by_nobody(
    judge: Callable[..., protocol.JudgeRunResult], name: str
) -> None:
    def flip(folder: Path) -> None:
        file = sorted(folder.glob(f"{name}.safetensors"))[0]
        content = bytearray(file.read_bytes())
        content[-1] ^= 4
        file.write_bytes(content)

    with pytest.raises(TwintuneError, match="it is not what was written") as caught:
        judge("phase-1-epoch-1-step-1", flip)
    assert caught.value.code == "CHECKPOINT_CORRUPT"


def test_a_run_that_was_tested_on_other_images_is_judged_by_nobody(
    judge: Callable[..., protocol.JudgeRunResult],
) -> None:
    def change(folder: Path) -> None:
        tensors, _ = load_sealed(folder / "predictions.safetensors")
        save_sealed(tensors, folder / "predictions.safetensors", {"data": "of other images"})

    with pytest.raises(TwintuneError) as caught:
        judge("phase-1-epoch-1-step-1", change)
    assert caught.value.code == "DATASET_CHANGED"


def test_logits_that_the_model_does_not_give_are_found_out(judge: Callable[..., protocol.JudgeRunResult]) -> None:
    def change(folder: Path) -> None:
        _rewrite(folder / "predictions.safetensors", lambda name, tensor: tensor * 1.01 if name == "logits" else tensor)

    (evaluation,) = judge("none", change).evaluations
    assert evaluation.difference > evaluation.bound
    assert evaluation.different == []


def test_a_header_and_a_table_that_say_something_else_than_the_model_and_its_logits_are_found_out(
    judge: Callable[..., protocol.JudgeRunResult],
) -> None:
    def change(folder: Path) -> None:
        tensors, texts = load_sealed(folder / "model" / "model.safetensors")
        texts = {name: text.replace('"squash"', '"crop"') for name, text in texts.items()}
        save_sealed(tensors, folder / "model" / "model.safetensors", texts)
        first, second, *others = (folder / "predictions.csv").read_text().splitlines(keepends=True)
        row, image, *cells = second.split(",")
        (folder / "predictions.csv").write_text("".join([first, ",".join([row, f"other-{image}", *cells]), *others]))

    (evaluation,) = judge("none", change).evaluations
    assert evaluation.misreported == ["input.resize in the header of model.safetensors", "image in predictions.csv"]


def test_a_run_without_its_table_of_predictions_is_judged_by_nobody(
    judge: Callable[..., protocol.JudgeRunResult],
) -> None:
    with pytest.raises(TwintuneError, match=r"predictions\.csv can't be read") as caught:
        judge("none", lambda folder: (folder / "predictions.csv").unlink())
    assert caught.value.code == "CHECKPOINT_CORRUPT"


@pytest.mark.parametrize(
    "mistake",
    [
        "rate scale lost",
        *(
            pytest.param(mistake, marks=pytest.mark.slow)
            for mistake in ("decay lost", "decay coupled", "average late", "epsilon", "second moment", "smoothing")
        ),
    ],
)
def test_a_mistake_in_one_engine_is_found_out_by_the_other_engines_steps(
    mistake: str, judge: Callable[..., protocol.JudgeRunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    _plant(mistake, monkeypatch)
    assert any(_faults(step) for step in judge("phase-2-epoch-1").steps)


def _plant(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from twintune.data.targets import TargetEncoder
    from twintune.engines.pytorch import aligned, steps
    from twintune.engines.pytorch.ema import WeightAverage

    build = aligned.build_optimizer

    def built(**constants):
        def build_changed(*args):
            optimizer = build(*args)
            for group in optimizer.param_groups:
                group.update({name: value(group) for name, value in constants.items()})
            return optimizer

        return build_changed

    def without_scale(optimizer: torch.optim.Optimizer, rate: float) -> None:
        for group in optimizer.param_groups:
            group["lr"] = rate

    if mistake == "rate scale lost":
        monkeypatch.setattr(steps, "set_learning_rate", without_scale)
    elif mistake == "decay lost":
        monkeypatch.setattr(aligned, "build_optimizer", built(weight_decay=lambda group: 0.0))
    elif mistake == "decay coupled":
        monkeypatch.setattr(aligned, "build_optimizer", built(decoupled_weight_decay=lambda group: False))
    elif mistake == "epsilon":
        monkeypatch.setattr(aligned, "build_optimizer", built(eps=lambda group: 1e-4))
    elif mistake == "second moment":
        monkeypatch.setattr(aligned, "build_optimizer", built(betas=lambda group: (0.9, 0.99)))
    elif mistake == "average late":
        monkeypatch.setattr(WeightAverage, "update", lambda self: None)
    else:
        encode = TargetEncoder.encode

        def sharper(self: TargetEncoder, shares: np.ndarray):
            return encode(self, np.where(shares > 0, 1.02, -0.01))

        monkeypatch.setattr(TargetEncoder, "encode", sharper)


def _request(judge: protocol.RunRequest, judged: Path) -> protocol.JudgeRunRequest:
    own = msgspec.structs.replace(judge, keep_steps="none")
    return protocol.JudgeRunRequest(run=own, judged=str(judged), replay="kept", models=[str(judged)])


def _faults(step: protocol.ReplayedStep) -> list[str]:
    """What of a step differs by more than rounding."""
    return [
        *([step.worst.tensor] if step.worst.difference > step.worst.bound else []),
        *(["loss"] if abs(step.losses[0] - step.losses[1]) > step.loss_bound else []),
        *(["inputs"] if step.inputs is not None and step.inputs > step.inputs_bound else []),
    ]


def _rewrite(file: Path, change: Callable[[str, np.ndarray], np.ndarray]) -> None:
    tensors, metadata = load_sealed(file)
    save_sealed({name: change(name, tensor) for name, tensor in tensors.items()}, file, metadata)
