"""The backbone of a warm worker's last run, for the next one."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import numpy as np
import pytest
from conftest import ADAM, MOSTLY_PYTORCH, PHASE, RESNET
from safetensors.numpy import load_file
from twintune.engines.kept_backbone import BackboneKey, KeptBackbone, PlainPasses
from twintune.model.tensor_files import save_atomically
from twintune.protocol import RunRequest, RunResult
from twintune.training.loop import run

FRAMEWORKS = ["tensorflow", "pytorch"]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "weights.safetensors"
    save_atomically({"conv1.weight": np.zeros((1, 1, 1, 1), np.float32)}, file)
    return file


def key_of(weights: Path, name: str = "resnet18") -> BackboneKey:
    return BackboneKey.of(name, weights, None, "float32", "cpu")


def test_a_kept_backbone_is_given_once_to_who_wants_the_same(weights: Path) -> None:
    kept: KeptBackbone[str] = KeptBackbone()
    assert kept.take(key_of(weights), lambda: "first") == "first"
    kept.keep(key_of(weights), "first")
    assert kept.take(key_of(weights), lambda: "second") == "first"
    assert kept.take(key_of(weights), lambda: "third") == "third"


def test_another_backbone_is_built_and_the_kept_one_forgotten(weights: Path) -> None:
    kept: KeptBackbone[str] = KeptBackbone()
    kept.keep(key_of(weights), "resnet18")
    assert kept.take(key_of(weights, "resnet34"), lambda: "resnet34") == "resnet34"
    assert kept.take(key_of(weights), lambda: "anew") == "anew"


def test_other_weights_under_the_same_path_are_other_weights(weights: Path) -> None:
    kept: KeptBackbone[str] = KeptBackbone()
    kept.keep(key_of(weights), "before")
    status = weights.stat()
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert kept.take(key_of(weights), lambda: "after") == "after"


def test_outputs_of_the_latest_plain_passes_are_held_and_large_ones_are_not() -> None:
    passes = PlainPasses()
    for number in range(9):
        passes.hold(str(number), np.full(1, number))
    passes.hold("activations", np.zeros(1 << 20))
    assert passes.recall("0") is None
    assert passes.recall("8") == 8
    assert passes.recall("activations") is None


@pytest.mark.usefixtures("frameworks")
class TestTheNextRun:
    """A run on a backbone that the last run has left, or should not have left."""

    @pytest.fixture(autouse=True)
    def _builds(self, monkeypatch: pytest.MonkeyPatch, framework: str) -> None:
        """Counts the backbones that are built, from none that is kept."""
        self.built = 0
        module = importlib.import_module(f"twintune.engines.{framework}.aligned")
        build_backbone = module.build_backbone

        def count(*arguments):
            self.built += 1
            return build_backbone(*arguments)

        monkeypatch.setattr(module, "build_backbone", count)
        monkeypatch.setattr(module, "_KEPT", KeptBackbone())

    def run(self, request: RunRequest) -> tuple[RunResult, dict[str, np.ndarray]]:
        result = run(request, lambda report: None)
        return result, load_file(Path(request.run_directory) / "model" / "model.safetensors")

    @pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
    def test_takes_it_and_gives_the_same_as_on_a_fresh_one(self, make_request, framework: str) -> None:
        # A profile trains after the test, so it must not change a kept backbone.
        request = make_request(framework, model=RESNET, deterministic=True, profile=True)
        (fresh, tensors), (next_one, same_tensors) = self.run(request), self.run(request)
        assert self.built == 1
        assert next_one.facts == fresh.facts
        assert next_one.test == fresh.test
        assert all(np.array_equal(tensor, same_tensors[name]) for name, tensor in tensors.items())

    @pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
    def test_may_train_what_the_last_one_kept_frozen(self, make_request, framework: str) -> None:
        trained = {"phases": [{**PHASE, "trainable": {"lastStages": 1}, "batchNorm": "train"}]}
        request = make_request(framework, model=RESNET, deterministic=True, training=trained)
        fresh, tensors = self.run(request)
        self.run(make_request(framework, model=RESNET, deterministic=True))
        again, same_tensors = self.run(request)
        assert self.built == 2
        assert again.facts == fresh.facts
        assert all(np.array_equal(tensor, same_tensors[name]) for name, tensor in tensors.items())

    @pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
    @pytest.mark.parametrize(
        "phase",
        [{"trainable": {"lastStages": 1}}, {"batchNorm": "adapt"}],
        ids=["trained", "normalised by its batches"],
    )
    def test_builds_one_anew_where_the_last_one_moved_it(self, make_request, framework: str, phase: dict) -> None:
        moving = make_request(framework, model=RESNET, training={"phases": [{**PHASE, **phase, "optimizer": ADAM}]})
        begun_with = self.run(moving)[0].facts.weights
        assert self.run(make_request(framework, model=RESNET))[0].facts.weights == begun_with
        assert self.built == 2

    @pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
    def test_holds_its_cached_features_against_the_plain_pass_that_this_backbone_has_made(
        self, make_request, framework: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passes = self._count_plain_passes(monkeypatch, framework)
        request = make_request(framework, model=RESNET, featureCache=True)
        first, other_head = self.run(request)[0], self.run(request)[0]
        assert other_head.facts.phases[0].features == "cached"
        assert other_head.facts.phases[0].features_difference == first.facts.phases[0].features_difference
        assert len(passes) == 1

    @pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
    def test_passes_the_images_anew_where_it_has_computed_the_features_itself(
        self, make_request, framework: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passes = self._count_plain_passes(monkeypatch, framework)
        request = make_request(framework, model=RESNET, featureCache=False)
        self.run(request)
        self.run(request)
        assert len(passes) == 2

    def _count_plain_passes(self, monkeypatch: pytest.MonkeyPatch, framework: str) -> list[int]:
        """A list to which every pass of a prefix that is prepared for a single image adds an entry."""
        engine = importlib.import_module(f"twintune.engines.{framework}.aligned").AlignedEngine
        prefix, passes = engine.prefix, []

        def count(self, first_stage: int, images: int):
            if images == 1:
                passes.append(first_stage)
            return prefix(self, first_stage, images)

        monkeypatch.setattr(engine, "prefix", count)
        return passes
