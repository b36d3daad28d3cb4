"""Where batches come from: images, mixed or not, or a frozen backbone's features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from augmentations import OF_IMAGES
from twintune.backbones import find_backbone
from twintune.data.loader import SharedLoader
from twintune.data.splits import open_splits
from twintune.digests import ChainedDigest
from twintune.protocol import RunRequest
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.inputs import Inputs


@dataclass
class NoFramework:
    """An engine of which only the images are asked for."""

    pipeline: SharedLoader


def engine_of(request: RunRequest) -> NoFramework:
    preprocessing = find_backbone(request.model.backbone).preprocessing
    loader = SharedLoader(
        request.seeds, 8, 33, preprocessing, "float32", request.augmentation, "squash", request.training.sampler
    )
    return NoFramework(loader)


@pytest.fixture
def inputs_of() -> Callable[[RunRequest], tuple[Inputs, RunRecord]]:
    def make(request: RunRequest) -> tuple[Inputs, RunRecord]:
        splits = open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda done, total: None)
        record, reporter = RunRecord(request), Reporter(lambda report: None)
        return Inputs(request, engine_of(request), splits, record, reporter), record

    return make


def test_an_epoch_that_is_entered_within_goes_on_with_the_same_mixed_batches(make_request, inputs_of) -> None:
    inputs, _ = inputs_of(make_request("pytorch", augmentation={**OF_IMAGES, "mixup": 0.4, "cutmix": 1.0}))
    whole, rest = list(inputs.training_batches(3)), list(inputs.training_batches(3, start_step=2))
    assert len(rest) == len(whole) - 2
    for (entered, entered_targets), (batch, targets) in zip(rest, whole[2:], strict=True):
        assert np.array_equal(entered.inputs, batch.inputs)
        assert np.array_equal(entered_targets, targets)


def test_the_digest_is_of_the_pixels_as_they_were_mixed(make_request, inputs_of) -> None:
    inputs, record = inputs_of(make_request("pytorch", augmentation={"cutmix": 1.0}))
    expected = ChainedDigest()
    for batch, _ in inputs.training_batches(0):
        expected.add(batch.inputs)
    assert record.state.digests.pixels.so_far == expected.hexdigest()


def test_evaluations_are_neither_augmented_nor_mixed(make_request, inputs_of) -> None:
    seen = []
    for augmentation in ({}, {**OF_IMAGES, "mixup": 0.4}):
        request = make_request("pytorch", augmentation=augmentation)
        inputs, _ = inputs_of(request)
        test = open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda done, total: None).test
        seen.append(np.concatenate([batch.inputs for batch in inputs.ordered_batches(test)]))
    assert np.array_equal(*seen)


def test_the_record_says_what_the_live_pipeline_does(make_request, inputs_of) -> None:
    augmentation = {"horizontalFlip": 0.5, "cutmix": 1.0}
    _, record = inputs_of(make_request("pytorch", augmentation=augmentation))
    assert record.augmentation == (
        "Resize(size=33, interpolation='bicubic'), Flip(direction='horizontal', probability=0.5); batches: cutmix 1"
    )
