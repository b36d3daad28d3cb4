"""Where the batches of a run come from: the engine's pipeline, or features that a frozen backbone gave once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.augmentation import is_augmented
from twintune.data.cached_features import CachedFeatures
from twintune.data.dataset import Split, Splits
from twintune.data.loader import Batch, InputPipeline
from twintune.data.mixing import Mixing
from twintune.digests import ChainedDigest
from twintune.engine import Engine, Prefix, keeps_backbone
from twintune.protocol import Phase, RunRequest
from twintune.reporter import Reporter
from twintune.run_record import RunRecord
from twintune.targets import one_hot


class Inputs:
    """Batches of one run. Every pixel that the model gets is added to the record's digests, once."""

    def __init__(
        self, request: RunRequest, engine: Engine, splits: Splits, record: RunRecord, reporter: Reporter
    ) -> None:
        self._request = request
        self._engine = engine
        self._splits = splits
        self._record = record
        self._report = reporter
        self._cached: CachedFeatures | None = None
        self._mixing = Mixing(request.seeds.augmentation, request.augmentation.mixup, request.augmentation.cutmix)
        record.augmentation = f"{engine.pipeline.describe_augmentation()}; {self._mixing.describe()}"
        self.features_hashed = False
        """Whether the pixels of the features in use are in the digest, by this process or by the one before it."""

    def start_phase(self, first_stage: int) -> None:
        """Runs the frozen backbone over all images when a phase trains on its output and that isn't there.

        Args:
            first_stage: The first backbone stage that the phase's steps run (see `Engine.start_phase`).
        """
        if first_stage == 0:
            # The backbone is about to change, or isn't frozen: its old features are of no more use.
            self._cached = None
            self.features_hashed = False
        elif self._cached is None:
            self._report.stage("features")
            with self._record.watch.part("features"):
                self._cached = self._extract_features(first_stage)

    def training_batches(self, epoch: int, start_step: int = 0) -> Iterator[tuple[Batch, np.ndarray]]:
        """The batches of an epoch, mixed where the specification asks for it.

        Args:
            epoch: Counts from 0 over all phases.
            start_step: How many batches of the epoch are passed over; those that follow are the same as in the whole
                epoch.

        Yields:
            A batch, and the shares of the classes in each of its images: float64, [images, classes].
        """
        batches = self._pipeline().training_batches(self._splits.train, epoch, start_step)
        for step, batch in enumerate(batches, start=start_step):
            targets = one_hot(batch.labels, len(self._splits.classes))
            inputs, targets = self._mixing(batch.inputs, targets, epoch, step)
            self._hash(inputs, self._record.digests.pixels)
            yield dataclasses.replace(batch, inputs=inputs), targets

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches of a split in its own order."""
        chain = self._chain_of(split)
        for batch in self._pipeline().ordered_batches(split):
            self._hash(batch.inputs, chain)
            yield batch

    def _pipeline(self) -> InputPipeline:
        return self._cached or self._engine.pipeline

    def _hash(self, inputs: Any, chain: ChainedDigest) -> None:
        # Cached features come of pixels that are in the digest already.
        if self._cached is None:
            chain.add(np.asarray(inputs))

    def _chain_of(self, split: Split) -> ChainedDigest:
        """What a pass over a split adds its pixels to; those of the test are kept apart, anew in each pass."""
        if split is not self._splits.test:
            return self._record.digests.pixels
        if self._cached is None:
            self._record.test_pixels = ChainedDigest()
        return self._record.test_pixels

    def _extract_features(self, first_stage: int) -> CachedFeatures:
        folder = Path(self._request.cache_directory, "features")
        cached = CachedFeatures(self._request.seeds.order, self._request.training.batch_size, folder)
        splits = list(self._splits.named().values())
        total, done = sum(map(len, splits)), 0
        prefix = self._engine.prefix(first_stage, total)
        for split in splits:
            cached.put(split, self._features_of(split, prefix, done, total))
            done += len(split)
        self._record.feature_images += total
        self.features_hashed = True
        return cached

    def _features_of(self, split: Split, prefix: Prefix, done: int, total: int) -> Iterator[np.ndarray]:
        """What the frozen backbone makes of a split, batch by batch; `done` images of all `total` went before."""
        chain = None if self.features_hashed else self._chain_of(split)
        for batch in self._engine.pipeline.ordered_batches(split):
            if chain is not None:
                chain.add(np.asarray(batch.inputs))
            yield prefix(batch.inputs)
            done += len(batch)
            self._report.stage_progress("features", done, total)


def first_stage_of(engine: Engine, phase: Phase, request: RunRequest) -> int:
    """The first backbone stage that a phase's steps run (see `Engine.start_phase`).

    The backbone is run once, and the head trains on its output, where it is frozen, its BatchNorm statistics too, and
    gets the same images in every epoch.
    """
    runs_once = engine.caches_features and keeps_backbone(phase) and not is_augmented(request.augmentation)
    return len(find_backbone(request.model.backbone).stages) if runs_once else 0
