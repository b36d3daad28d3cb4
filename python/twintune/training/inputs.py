"""The source of a run's batches: the engine's pipeline, or features that a frozen backbone computed once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from twintune.data.dataset import Split, Splits
from twintune.data.loader import Batch, InputPipeline
from twintune.data.mixing import Mixing
from twintune.data.targets import one_hot
from twintune.digests import RowsDigest
from twintune.engines.engine import Engine, FeatureEngine
from twintune.features.extraction import FeatureExtractor, FeaturePass
from twintune.protocol import FeatureOrigin, Phase, RunRequest
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.first_stage import frozen_stages, pools_features


class Inputs:
    """The batches of one run. Every pixel that the model gets is added to the record's digests, once."""

    def __init__(
        self, request: RunRequest, engine: Engine, splits: Splits, record: RunRecord, reporter: Reporter
    ) -> None:
        self._request = request
        self._engine = engine
        self._splits = splits
        self._record = record
        can_extract = isinstance(engine, FeatureEngine)
        self._extractor = FeatureExtractor(request, engine, splits, reporter) if can_extract else None
        self._passed: FeaturePass | None = None
        self._mixing = Mixing(request.seeds.augmentation, request.augmentation.mixup, request.augmentation.cutmix)
        record.augmentation = f"{engine.pipeline.describe_augmentation()}; {self._mixing.describe()}"
        self.features_hashed = False
        """Whether the pixels of the features in use are in the digest, added by this process or by one before it."""

    @property
    def first_stage(self) -> int:
        """The first backbone stage that the phase's steps run."""
        return 0 if self._passed is None else self._passed.first_stage

    def first_stage_of(self, phase: Phase, recorded: str | None) -> int:
        """The first backbone stage that a phase's steps run (see `Engine.start_phase`).

        The frozen stages give the same outputs for an image in all epochs, so they run once, and the steps begin behind
        them. Activations within the backbone can take more room than images do, by far: where they don't fit, the steps
        run the frozen stages too.

        Args:
            phase: The phase.
            recorded: The input of the phase's steps so far, if it has begun before; its other steps get the same input.
        """
        if self._extractor is None or recorded == "pixels":
            return 0
        frozen = frozen_stages(phase, self._request)
        if frozen == 0:
            return 0
        if recorded is not None or pools_features(frozen, self._request):
            return frozen
        with self._record.watch.part("features"):
            return frozen if self._extractor.has_room(frozen) else 0

    def start_phase(self, first_stage: int, backbone_moved: bool) -> None:
        """Gets the output of the frozen stages for all images, if a phase trains on it and it isn't there yet.

        Args:
            first_stage: The first stage that the phase's steps compute.
            backbone_moved: Whether any phase so far, this one too, could have changed the backbone.
        """
        if first_stage == 0 or (self._passed is not None and self._passed.first_stage != first_stage):
            # The backbone is about to change, or isn't frozen as far as before: its old features are of no more use.
            self._passed = None
            self.features_hashed = False
        if first_stage > 0 and self._passed is None:
            assert self._extractor is not None, "another engine's phases start on pixels"
            with self._record.watch.part("features"):
                weights = self._known_weights(backbone_moved)
                self._passed = self._extractor.run(first_stage, weights)
            self._record.state.feature_images += self._passed.computed_images
            self._hash_features(self._passed)

    @property
    def feature_origin(self) -> FeatureOrigin | None:
        """The origin of the phase's features; None for a phase on pixels."""
        if self._passed is None:
            return None
        return "computed" if self._passed.computed_images > 0 else "cached"

    def features_of_epoch(self, epoch: int) -> Batch:
        """The first batch of an epoch's features, as they are before mixing.

        Args:
            epoch: The epoch's number, counted from 0 over all phases.
        """
        assert self._passed is not None, "the phase trains on pixels"
        return next(iter(self._passed.features.training_batches(self._splits.train, epoch)))

    def training_batches(self, epoch: int, start_step: int = 0) -> Iterator[tuple[Batch, np.ndarray]]:
        """The batches of an epoch, mixed where the specification asks for it.

        Args:
            epoch: The epoch's number, counted from 0 over all phases.
            start_step: The number of the epoch's batches that are passed over; the following ones are the same as in
                the whole epoch.

        Yields:
            A batch, and the shares of the classes in each of its images: float64, [images, classes].
        """
        batches = self._pipeline().training_batches(self._splits.train, epoch, start_step)
        for step, batch in enumerate(batches, start=start_step):
            targets = one_hot(batch.labels, len(self._splits.classes))
            inputs, targets = self._mixing(batch.inputs, targets, epoch, step)
            # Features come from pixels that are in the digest already.
            if self._passed is None:
                self._record.state.digests.pixels.add(np.asarray(inputs))
            yield dataclasses.replace(batch, inputs=inputs), targets

    def evaluation_batches(self, split: Split, first_stage: int, backbone_moved: bool) -> Iterator[Batch]:
        """All batches for evaluations that begin at a stage, without a phase that trains on such inputs.

        Args:
            split: The split that is validated or tested on.
            first_stage: The first stage that such steps compute.
            backbone_moved: Whether the backbone may have changed since it was built.
        """
        if first_stage == 0:
            return self._engine.pipeline.ordered_batches(split)
        assert self._extractor is not None, "another engine's phases start on pixels"
        weights = self._known_weights(backbone_moved)
        return self._extractor.evaluation_features(split, first_stage, weights).ordered_batches(split)

    def ordered_batches(self, split: Split, is_recorded: bool = True) -> Iterator[Batch]:
        """All batches of a split in its own order.

        Args:
            split: The split.
            is_recorded: Whether the pixels are added to the record's digests; a repeated evaluation adds nothing.
        """
        if self._passed is not None:
            yield from self._passed.features.ordered_batches(split)
            return
        is_test, seen = split is self._splits.test, RowsDigest()
        for batch in self._engine.pipeline.ordered_batches(split):
            if not is_recorded:
                yield batch
                continue
            # Test pixels have a digest of their own, which each pass begins anew.
            (seen if is_test else self._record.state.digests.pixels).add(np.asarray(batch.inputs))
            yield batch
        if is_test and is_recorded:
            self._record.state.test_pixels = seen.hexdigest()

    def _known_weights(self, backbone_moved: bool) -> str | None:
        """The digest of the live backbone as it was built; None if it may have changed since."""
        return None if backbone_moved else self._record.state.weights

    def _pipeline(self) -> InputPipeline:
        return self._engine.pipeline if self._passed is None else self._passed.features

    def _hash_features(self, passed: FeaturePass) -> None:
        """Adds the digests of the images that the features were computed from, in this run or when they were kept."""
        for name, pixels in passed.pixels:
            if name == "test":
                self._record.state.test_pixels = pixels
            elif not self.features_hashed:
                self._record.state.digests.pixels.add_digest(pixels)
        self.features_hashed = True
