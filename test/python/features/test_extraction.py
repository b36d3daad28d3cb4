"""A head trains on what a frozen backbone gave once, or gave an earlier run, as it would on pixels."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from augmentations import OF_IMAGES
from conftest import ADAM, BACKBONE, MOSTLY_PYTORCH, PHASE
from pictures import write_pictures
from reports import Reports
from safetensors.numpy import load_file
from twintune.data.dataset import Split
from twintune.errors import Cancelled
from twintune.features.cache import FeatureCache
from twintune.protocol import EpochReport, Progress, RunRequest, RunResult
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]
MODEL = {
    "backbone": BACKBONE,
    "weights": {"kind": "random"},
    "head": {"hidden": [8], "activation": "relu", "dropout": 0.0},
}


class Finished(NamedTuple):
    """A run that has ended, and what it told on the way."""

    result: RunResult
    reports: Reports

    @property
    def origin(self) -> str | None:
        """Where the features of its first phase came from."""
        return self.result.facts.phases[0].features

    def losses(self) -> list[float]:
        """Of each epoch and its validation, and of the test."""
        validations = [epoch.validation for epoch in self.result.epochs]
        assert all(validations)
        return [
            self.result.first_step_loss,
            *(epoch.train.loss for epoch in self.result.epochs),
            *(validation.loss for validation in validations if validation),
            self.result.test.loss,
        ]


def finish(request: RunRequest) -> Finished:
    reports = Reports()
    return Finished(run(request, reports.append), reports)


@pytest.fixture(scope="module")
def requests(make_request_in, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunRequest]:
    """Makes a float64 request of a run with a cache that the module shares."""
    folder = tmp_path_factory.mktemp("features")

    def make(framework: str, precision: str = "float64", **changes) -> RunRequest:
        fields = {"model": MODEL, "featureCache": True, "cacheDirectory": str(folder / "cache"), **changes}
        training = {"precision": precision, **fields.pop("training", {})}
        return make_request_in(folder, framework, training=training, **fields)

    return make


@pytest.fixture(scope="module")
def computed(requests: Callable[..., RunRequest]) -> Callable[[str], Finished]:
    """The run of a framework that computed its features, and kept them."""
    return functools.cache(lambda framework: finish(requests(framework)))


@pytest.fixture
def finish_without_decoding(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunRequest], Finished]:
    """Runs, and fails when more images are decoded than the two of each split that the features are checked by."""
    open_image = Split.open

    def finish_blind(request: RunRequest) -> Finished:
        opened: list[int] = []

        def open_few(split: Split, position: int):
            opened.append(position)
            assert len(opened) <= 6, f"image {position} was decoded"
            return open_image(split, position)

        with monkeypatch.context() as patch:
            patch.setattr(Split, "open", open_few)
            return finish(request)

    return finish_blind


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_a_second_run_decodes_no_image_but_the_checked_ones_and_reaches_the_same(
    requests, computed, finish_without_decoding, framework: str
) -> None:
    first = computed(framework)
    second = finish_without_decoding(requests(framework))
    assert (first.origin, second.origin) == ("computed", "cached")
    assert second.losses() == first.losses()
    assert second.result.facts.pixels == first.result.facts.pixels
    assert second.result.facts.test_set == first.result.facts.test_set
    assert second.result.pixel_digest == first.result.pixel_digest


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_other_heads_optimizers_and_seeds_share_the_features(
    requests, computed, finish_without_decoding, framework: str
) -> None:
    computed(framework)
    head = {"hidden": [], "activation": "relu", "dropout": 0.0}
    weights_of_seed_0 = {"init": 0, "order": 7, "augmentation": 7, "split": None}
    phase = {**PHASE, "epochs": 2, "optimizer": {**ADAM, "name": "adamw", "learningRate": 0.1}}
    training = {"batchSize": 5, "phases": [phase], "labelSmoothing": 0.1}
    other = requests(framework, seed=7, seeds=weights_of_seed_0, model={**MODEL, "head": head}, training=training)
    assert finish_without_decoding(other).origin == "cached"


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_losses_are_those_without_the_cache_and_those_on_pixels(
    requests, computed, framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed(framework)
    cached = finish(requests(framework))
    without = finish(requests(framework, featureCache=False))
    monkeypatch.setattr("twintune.training.inputs.frozen_stages", lambda phase, request: 0)
    on_pixels = finish(requests(framework))
    assert (cached.origin, without.origin, on_pixels.origin) == ("cached", "computed", None)
    # Batches of other sizes sum in another order, an epoch long: far more than float64's 2e-16, and far less than any
    # difference of meaning.
    for other in (without, on_pixels):
        assert cached.losses() == pytest.approx(other.losses(), rel=1e-8)
    assert on_pixels.result.facts.test_set == cached.result.facts.test_set


def features_in(folder: Path) -> list[np.ndarray]:
    return [load_file(file)["features"] for file in sorted(folder.glob("*.safetensors"))]


# Of the largest value: what the frameworks' own kernels may differ by between two batches of other sizes.
@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float32", 1e-5), pytest.param("float64", 1e-12, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_features_that_are_kept_are_those_of_the_engine(
    make_request_in, tmp_path: Path, framework: str, precision: str, tolerance: float
) -> None:
    kept = []
    for batch_size in (8, 36):
        folder = tmp_path / str(batch_size)
        training = {"precision": precision, "batchSize": batch_size}
        cache = {"featureCache": True, "cacheDirectory": str(folder)}
        finish(make_request_in(folder, framework, model=MODEL, training=training, **cache))
        kept.append(features_in(folder / "features"))
    assert len(kept[0]) == 3
    for ours, theirs in zip(*kept, strict=True):
        assert np.abs(ours - theirs).max() <= tolerance * np.abs(theirs).max()


def test_a_framework_that_had_the_cache_is_fair_to_one_that_had_not(requests, computed) -> None:
    computed("pytorch")
    cached, fresh = finish(requests("pytorch")).result.facts, computed("tensorflow").result.facts
    assert (cached.phases[0].input, fresh.phases[0].input) == ("features", "features")
    assert cached.pixels == fresh.pixels
    assert cached.test_set == fresh.test_set


def test_a_run_says_that_its_features_were_cached_and_gives_no_pace_for_them(requests, computed) -> None:
    first, second = computed("pytorch"), finish(requests("pytorch"))
    stages = [[report for report in of.reports if report.get("stage") == "features"] for of in (first, second)]
    assert "cached" not in stages[0][0]
    assert stages[0][-1]["done"] == stages[0][-1]["total"]
    assert stages[1] == [{"type": "stage", "stage": "features", "cached": True}]
    assert first.result.feature_images_per_second is not None
    assert second.result.feature_images_per_second is None


def total_computed(finished: Finished) -> int:
    return next(
        report["total"] for report in finished.reports if report.get("stage") == "features" and "total" in report
    )


# Holds the option augmentation.views
@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_fixed_views_give_features_that_train_as_pixels_do(
    requests, framework: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def with_views(count: int) -> RunRequest:
        training = {"phases": [{**PHASE, "epochs": 3}]}
        augmentation = {**OF_IMAGES, "views": count}
        return requests(framework, augmentation=augmentation, training=training, cacheDirectory=str(tmp_path))

    views = with_views(2)
    computed, cached = finish(views), finish(views)
    monkeypatch.setattr("twintune.training.inputs.frozen_stages", lambda phase, request: 0)
    on_pixels = finish(views)
    assert (computed.origin, cached.origin, on_pixels.origin) == ("computed", "cached", None)
    assert cached.losses() == computed.losses()
    # As without augmentation: sums in another order, an epoch long.
    assert computed.losses() == pytest.approx(on_pixels.losses(), rel=1e-8)
    # Another number of views has the first ones in common.
    monkeypatch.undo()
    more = finish(with_views(5))
    # All 36 images of the training folder and 12 of the test were seen once, those that are trained on once more.
    assert total_computed(more) == total_computed(computed) - 48


LAST_STAGE = {**PHASE, "trainable": {"lastStages": 1}, "epochs": 2}


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_what_frozen_stages_gave_trains_the_last_ones_as_pixels_do(
    requests, framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = requests(framework, training={"phases": [LAST_STAGE]})
    computed, cached = finish(request), finish(request)
    monkeypatch.setattr("twintune.training.inputs.frozen_stages", lambda phase, request: 0)
    on_pixels = finish(request)
    inputs = [run.result.facts.phases[0].input for run in (computed, cached, on_pixels)]
    assert inputs == ["activations of blocks.4", "activations of blocks.4", "pixels"]
    assert (computed.origin, cached.origin, on_pixels.origin) == ("computed", "cached", None)
    assert cached.losses() == computed.losses()
    # As for features: sums in another order, two epochs long.
    assert computed.losses() == pytest.approx(on_pixels.losses(), rel=1e-8)


def test_activations_that_are_kept_already_need_no_room_a_second_time(requests, monkeypatch, tmp_path: Path) -> None:
    request = requests("pytorch", training={"phases": [LAST_STAGE]}, cacheDirectory=str(tmp_path))
    assert finish(request).origin == "computed"
    # Whoever wants room finds none.
    monkeypatch.setattr(FeatureCache, "has_room", lambda self, size: size == 0)
    assert finish(request).origin == "cached"
    assert finish(requests("pytorch", training={"phases": [LAST_STAGE]}, featureCache=False)).origin is None


def test_stages_that_an_earlier_phase_moved_behind_the_cut_share_the_activations(requests) -> None:
    once = finish(requests("pytorch", training={"phases": [LAST_STAGE]}))
    twice = finish(requests("pytorch", training={"phases": [LAST_STAGE, PHASE, LAST_STAGE]}))
    assert once.result.facts.phases[0].input == "activations of blocks.4"
    # The head of the second phase gets features of a last stage that nobody had before.
    assert [phase.features for phase in twice.result.facts.phases] == ["cached", "computed", "cached"]


def test_activations_that_do_not_fit_leave_the_phase_on_pixels(requests, tmp_path: Path) -> None:
    phases = {"phases": [PHASE, LAST_STAGE]}
    # Room for the features of 512 numbers, and not for four times as many.
    limit = 3 * 48 * 512 * 4
    # Activations of a ResNet18 before its last stage are more than the features.
    model = {**MODEL, "backbone": "resnet18"}
    request = requests(
        "pytorch", "float32", model=model, training=phases, cacheDirectory=str(tmp_path), featureCacheBytes=limit
    )
    inputs = [phase.input for phase in finish(request).result.facts.phases]
    assert inputs == ["features", "pixels"]


def test_other_weights_have_their_features_computed(requests, computed) -> None:
    computed("pytorch")
    assert finish(requests("pytorch", seeds={"init": 1})).origin == "computed"


def test_other_images_under_the_same_names_have_their_features_computed(requests, computed, tmp_path: Path) -> None:
    computed("pytorch")
    write_pictures(tmp_path / "train", each=12, series=2)
    other = finish(requests("pytorch", dataset={"train": str(tmp_path / "train")}))
    assert other.origin == "computed"
    # The test images are the same, and only those of the training folder were computed.
    assert total_computed(other) == 36


def test_a_damaged_entry_is_computed_again_with_a_warning(requests, computed) -> None:
    reference = computed("pytorch")
    request = requests("pytorch", cacheDirectory=str(Path(requests("pytorch").cache_directory, "damaged")))
    finish(request)
    file = next(Path(request.cache_directory, "features").glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-8])
    mended = finish(request)
    assert mended.origin == "computed"
    assert [warning["code"] for warning in mended.reports.of("warning")] == ["FEATURE_CACHE"]
    assert mended.losses() == reference.losses()


def test_a_run_that_goes_on_finds_its_features_and_counts_their_pixels_once(requests) -> None:
    training = {"phases": [{**PHASE, "epochs": 2}]}
    whole = finish(requests("pytorch", training=training))

    def stop_after_an_epoch(report: Progress) -> None:
        if isinstance(report, EpochReport):
            raise Cancelled

    folder = str(Path(requests("pytorch").cache_directory, "interrupted"))
    with pytest.raises(Cancelled):
        run(requests("pytorch", training=training, runDirectory=folder), stop_after_an_epoch)
    resumed = finish(requests("pytorch", training=training, runDirectory=folder, resume=True))
    assert resumed.origin == "cached"
    assert resumed.losses() == whole.losses()
    assert resumed.result.facts.pixels == whole.result.facts.pixels
