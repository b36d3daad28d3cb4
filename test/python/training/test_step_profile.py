"""What a training step spends its time on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import torch
from conftest import IDIOMATIC_BACKBONES, MOSTLY_PYTORCH, PHASE, RESNET
from safetensors.numpy import load_file
from twintune.data.targets import Targets, one_hot
from twintune.digests import digest_tensors
from twintune.engines import create_engine
from twintune.engines.engine import Engine, StepInputs, StepParts
from twintune.engines.pytorch.idiomatic_pipeline import IdiomaticPipeline
from twintune.protocol import Phase, WarningReport
from twintune.training import loop, step_profile
from twintune.training.loop import run
from twintune.training.step_profile import FEWEST_STEPS, STEPS, WARM_UP, measure, profile_steps, summarize


class Parts:
    """A step whose parts take the seconds that are given, by a clock that only they move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
        self.now = 0.0
        self.calls: list[str] = []
        self._seconds = seconds
        monkeypatch.setattr(step_profile, "time", SimpleNamespace(perf_counter=lambda: self.now))

    def __getattr__(self, part: str):
        def work(batch):
            # The first steps trace, and take longer.
            slowness = 100 if len(self.calls) < 4 * WARM_UP else 1
            self.now += self._seconds[part] * slowness
            self.calls.append(part)
            return batch

        return work

    def synchronize(self) -> None:
        """Of a device: what it still had to do takes 1/64 of a second."""
        self.now += 1 / 64


def test_a_part_is_what_a_step_that_ends_with_it_takes_longer(monkeypatch) -> None:
    parts = Parts(monkeypatch, transfer=1 / 64, forward=2 / 64, differentiate=6 / 64, train=7 / 64)
    profile = summarize(measure(parts, [None, None], parts, lambda done: None), phase=2, step_input="pixels")
    times = (profile.transfer, profile.forward, profile.backward, profile.optimizer)
    # With what of transfer and forward was still under way on the device when they returned.
    assert [64 / 1000 * milliseconds for milliseconds in times] == [2, 3, 4, 1]
    assert (profile.phase, profile.input, profile.steps) == (2, "pixels", STEPS)


def test_slow_steps_are_fewer(monkeypatch) -> None:
    parts = Parts(monkeypatch, transfer=0, forward=10, differentiate=20, train=30)
    seen: list[int] = []
    assert len(measure(parts, [None], parts, seen.append)) == FEWEST_STEPS
    assert seen == list(range(1, WARM_UP + FEWEST_STEPS + 1))


@pytest.fixture
def few_steps(monkeypatch) -> None:
    monkeypatch.setattr(step_profile, "WARM_UP", 1)
    monkeypatch.setattr(step_profile, "STEPS", 3)


@pytest.mark.usefixtures("frameworks", "few_steps")
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_profile_changes_nothing_of_the_run(make_request, framework: str, monkeypatch) -> None:
    # Statistics of all stages move, so that the second phase takes pixels.
    phases = [PHASE, {**PHASE, "trainable": {"lastStages": 1}, "batchNorm": "train"}]
    request = make_request(framework, profile=True, model=RESNET, training={"phases": phases})
    looks = []

    def look_before_and_after(context):
        looks.append((contents(request.run_directory), msgspec.json.encode(context.record.state)))
        profile = profile_steps(context)
        looks.append((contents(request.run_directory), msgspec.json.encode(context.record.state)))
        return profile

    monkeypatch.setattr(loop, "profile_steps", look_before_and_after)
    result = run(request, lambda report: None)
    assert looks[0] == looks[1]
    model = load_file(f"{request.run_directory}/model/model.safetensors")
    assert result.model_digest == digest_tensors(model)
    assert [(each.phase, each.input, each.steps) for each in result.profile] == [(1, "features", 3), (2, "pixels", 3)]
    # To differentiate through a stage takes longer than to compute the loss alone, by far more than clocks err.
    assert result.profile[1].forward > 0
    assert result.profile[1].backward > 0


@pytest.mark.usefixtures("frameworks")
def test_a_profile_that_fails_costs_a_warning_and_not_the_run(make_request, monkeypatch) -> None:
    def run_out_of_memory(context) -> None:
        raise MemoryError("4 GiB")

    monkeypatch.setattr(loop, "profile_steps", run_out_of_memory)
    reports: list = []
    result = run(make_request("pytorch", profile=True), reports.append)
    assert (result.status, result.profile) == ("finished", [])
    message = "The steps could not be profiled: MemoryError: 4 GiB"
    assert WarningReport("PROFILE", message) in reports


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize(("framework", "accumulation"), [("tensorflow", 2), ("pytorch", 1), ("pytorch", 2)])
def test_the_loss_is_that_of_the_step_and_only_the_whole_step_moves_the_weights(
    make_request, framework: str, accumulation: int
) -> None:
    engine = create_engine(
        make_request(framework, model=RESNET, training={"gradientAccumulation": accumulation}), classes=3
    )
    engine.start_phase(msgspec.convert(PHASE, Phase), first_stage=0)
    parts, batch = engine.step_parts(), transferred(engine)
    _, loss, _ = parts.forward(batch)
    (outcome,) = engine.read_steps([check_what_moves(engine, parts, batch)])
    assert float(loss) == pytest.approx(outcome.loss, rel=1e-6)


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_only_the_whole_step_of_a_listing_moves_the_weights(make_request, framework: str) -> None:
    head = {"hidden": [], "activation": "relu", "dropout": 0.0}
    model = {"backbone": IDIOMATIC_BACKBONES[framework], "weights": {"kind": "random"}, "head": head}
    engine = create_engine(make_request(framework, mode="idiomatic", model=model), classes=3)
    engine.start_phase(msgspec.convert(PHASE, Phase), first_stage=0)
    check_what_moves(engine, engine.step_parts(), transferred(engine))


def transferred(engine: Engine):
    """A batch of eight drawn images, as the parts of the engine's step take it."""
    draw = np.random.default_rng(0)
    images, labels = draw.standard_normal((8, 33, 33, 3)).astype(np.float32), draw.integers(0, 3, 8)
    if isinstance(engine.pipeline, IdiomaticPipeline):
        images = torch.from_numpy(images).permute(0, 3, 1, 2)
    coefficients = one_hot(labels, 3).astype(np.float32)
    step = StepInputs(images, Targets(labels, coefficients, 8.0), masks=(), learning_rate=0.01, divisor=8.0)
    return engine.step_parts().transfer(step)


def check_what_moves(engine: Engine, parts: StepParts, batch):
    """Takes a step, part by part; returns what it came to."""
    before = {name: tensor.copy() for name, tensor in engine.head_tensors().items()}
    parts.forward(batch)
    parts.differentiate(batch)
    for name, tensor in engine.head_tensors().items():
        assert np.array_equal(tensor, before[name]), name
    handle = parts.train(batch)
    for name, tensor in engine.head_tensors().items():
        assert not np.array_equal(tensor, before[name]), name
    return handle


def contents(folder: str) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(Path(folder).rglob("*")) if file.is_file()}
