"""The preparation of a run or a sweep: the data are opened and checked, and the model is built."""

from __future__ import annotations

import functools
from pathlib import Path

from twintune.backbones import find_backbone
from twintune.data.dataset import Splits
from twintune.data.loader import SharedLoader
from twintune.data.problems import save_skipped
from twintune.data.shortening import shortened
from twintune.data.splits import open_splits
from twintune.data.targets import TargetEncoder
from twintune.engines import create_engine
from twintune.protocol import ImagenetWeights, RunRequest
from twintune.record.early_stopping import check_watched
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.batch_check import check_batches
from twintune.training.context import RunContext
from twintune.training.inputs import Inputs
from twintune.training.keep_decoded import keep_decoded


def prepare(request: RunRequest, report: Reporter, record: RunRecord) -> RunContext:
    """Opens the data and builds the model.

    Args:
        request: The complete request; nothing is filled in here.
        report: The reporter that is told of stages and warnings.
        record: The record that keeps the digests of the model before its first step.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used.
    """
    watch = record.watch
    report.stage("data")
    with watch.part("data"):
        progress = functools.partial(report.stage_progress, "data")
        splits = open_splits(request.dataset, request.seeds.split, request.cache_directory, progress)
    if request.shorten is not None:
        splits = shortened(splits, request.shorten)
    save_skipped(splits.skipped, Path(request.run_directory))
    for warning in splits.warnings:
        report.warning("DATASET", warning)
    check_batches(request, len(splits.train))
    check_watched(request.training.early_stopping, splits.validation is not None)
    targets = _build_targets(request, splits, report)
    _warn_of_image_size(request, report)

    report.stage("build")
    with watch.part("build"):
        engine = create_engine(request, len(splits.classes))
        record.add_model(engine)
    if isinstance(engine.pipeline, SharedLoader):
        splits = keep_decoded(splits, request)
    inputs = Inputs(request, engine, splits, record, report)
    return RunContext(request, report, record, splits, targets, engine, inputs)


def _build_targets(request: RunRequest, splits: Splits, report: Reporter) -> TargetEncoder:
    encoder = TargetEncoder(splits.train.labels, len(splits.classes), request.training)
    absent = [name for name, weight in zip(splits.classes, encoder.class_weights, strict=True) if weight == 0]
    if absent:
        report.warning("CLASS_WEIGHTS", f"No training image is of {', '.join(absent)}: its weight in the loss is 0.")
    return encoder


# The range of `dataset.imageSize` (`src/spec/dataset-schema.ts`).
_SMALLEST_IMAGE, _LARGEST_IMAGE = 32, 1024


def _warn_of_image_size(request: RunRequest, report: Reporter) -> None:
    model, size = request.model, request.dataset.image_size
    # Which table the backbone's name is from: no engine is built yet that could be asked.
    wants_odd = request.mode == "aligned" and find_backbone(model.backbone).imagenet.odd_image_sizes
    if wants_odd and isinstance(model.weights, ImagenetWeights) and size % 32 != 1:
        below = size - (size - 1) % 32
        fitting = [str(each) for each in (below, below + 32) if _SMALLEST_IMAGE <= each <= _LARGEST_IMAGE]
        report.warning(
            "IMAGE_SIZE",
            f"The ImageNet weights of {model.backbone} were trained with TensorFlow's padding, which both"
            f" engines' padding equals only at sizes of 32k+1; at {size} the features are worse, though still the"
            f" same in both. Use {' or '.join(fitting)}.",
        )
