"""The one pass of a frozen backbone over the images of a run, as far as its features aren't in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from twintune.backbones import find_backbone
from twintune.data.dataset import Split, Splits
from twintune.data.loader import Batch, SharedLoader
from twintune.digests import RowsDigest, digest_tensors, digest_text
from twintune.engines.engine import FeatureEngine, Prefix
from twintune.features.cache import FeatureCache
from twintune.features.cached_features import CachedFeatures
from twintune.features.file import Features
from twintune.features.key import FeatureKey, FixedView, feature_source
from twintune.model.precision import array_dtype
from twintune.protocol import RunRequest, SplitName
from twintune.record.reporter import Reporter


@dataclass(frozen=True)
class FeaturePass:
    """The features of a run's images, and how many of them were computed."""

    first_stage: int
    features: CachedFeatures
    computed_images: int
    """The number of images that the backbone saw; the features of all others were in the cache."""
    pixels: list[tuple[SplitName, str]] = field(default_factory=list)
    """Digest of the images of each view of a split, as the backbone got them, now or earlier (see `RowsDigest`)."""


class FeatureExtractor:
    """Takes features from the cache, and runs an engine's frozen backbone for those that are missing."""

    def __init__(self, request: RunRequest, engine: FeatureEngine, splits: Splits, reporter: Reporter) -> None:
        self._request = request
        self._engine = engine
        self._splits = splits
        self._report = reporter
        folder = Path(request.cache_directory, "features")
        self._cache = FeatureCache(
            folder,
            request.feature_cache_bytes,
            request.feature_cache,
            lambda message: reporter.warning("FEATURE_CACHE", message),
        )

    def has_room(self, first_stage: int) -> bool:
        """Whether the activations of all images before a stage may be kept, or are in the cache already."""
        size, dtype = self._request.dataset.image_size, array_dtype(self._request.training.precision)
        nothing = np.zeros((1, size, size, 3), dtype)
        of_one_image = self._engine.prefix(first_stage, images=1)(nothing).nbytes
        views = self._views()
        images = sum(len(split) for _, split, _ in views)
        if self._cache.has_room(of_one_image * images):
            return True
        variant = self._engine.prefix(first_stage, images).variant
        keys = self._keys(views, first_stage, None, variant)
        missing = sum(key.images for key in keys if not self._cache.holds(key))
        return missing < images and self._cache.has_room(of_one_image * missing)

    def run(self, first_stage: int, weights: str | None) -> FeaturePass:
        """Computes, or takes from the cache, the features of all splits.

        Args:
            first_stage: Index of the first stage that is not computed; the number of stages for pooled features.
            weights: Digest of the live tensors before that stage, if it is known.

        Raises:
            OSError: If there is no room for the features.
        """
        views = self._views()
        prefix = self._engine.prefix(first_stage, sum(len(split) for _, split, _ in views))
        keys = self._keys(views, first_stage, weights, prefix.variant)
        found = [self._cache.find(key) for key in keys]
        missing = sum(key.images for key, features in zip(keys, found, strict=True) if features is None)
        self._report.features_stage(is_cached=missing == 0)
        passed = FeaturePass(first_stage, self._no_features(), missing)
        done = 0
        for (name, split, _), key, features in zip(views, keys, found, strict=True):
            if features is None:
                features = self._compute(prefix, key, split, done, missing)
                done += key.images
            passed.features.put(split, features.values)
            passed.pixels.append((name, features.pixels))
        return passed

    def evaluation_features(self, split: Split, first_stage: int, weights: str | None) -> CachedFeatures:
        """Computes, or takes from the cache, the features of the validation or test images alone.

        Args:
            split: One of the two splits.
            first_stage: Index of the first stage that is not computed; the number of stages for pooled features.
            weights: Digest of the live tensors before that stage, if it is known.
        """
        views = self._views()
        prefix = self._engine.prefix(first_stage, sum(len(each) for _, each, _ in views))
        (key,) = self._keys([view for view in views if view[1] is split], first_stage, weights, prefix.variant)
        found = self._cache.find(key) or self._compute(prefix, key, split, 0, len(split))
        features = self._no_features()
        features.put(split, found.values)
        return features

    def _no_features(self) -> CachedFeatures:
        training = self._request.training
        return CachedFeatures(self._request.seeds.order, training.batch_size, training.sampler)

    def _views(self) -> list[tuple[SplitName, Split, FixedView | None]]:
        """The images that the backbone is to see: the plain ones of all splits, or views of the training images."""
        augmentation, training = self._request.augmentation, self._request.training
        fixed: list[FixedView | None] = [None]
        if augmentation.views is not None:
            # There are no more views than epochs to see them.
            count = min(augmentation.views, sum(phase.epochs for phase in training.phases))
            drawn = msgspec.structs.replace(augmentation, views=None)
            fixed = [FixedView(drawn, self._request.seeds.augmentation, number) for number in range(count)]
        return [
            (name, split, view)
            for name, split in self._splits.named().items()
            for view in (fixed if name == "train" else [None])
        ]

    def _keys(
        self,
        views: list[tuple[SplitName, Split, FixedView | None]],
        first_stage: int,
        weights: str | None,
        variant: str,
    ) -> list[FeatureKey]:
        weights = weights or self._digest_before(first_stage)
        placement, threads = self._engine.placement(), self._engine.device.threads()
        source = feature_source(self._request, first_stage, weights, placement, threads, variant)
        identities = {
            name: digest_text(map(split.identity, range(len(split)))) for name, split in self._splits.named().items()
        }
        return [
            FeatureKey(
                source=source,
                split=name,
                images=len(split),
                identities=identities[name],
                content=self._splits.contents[name],
                view=view,
            )
            for name, split, view in views
        ]

    def _digest_before(self, first_stage: int) -> str:
        entry = find_backbone(self._request.model.backbone)
        tensors = self._engine.backbone_tensors()
        return digest_tensors({name: t for name, t in tensors.items() if entry.stage_of(name) < first_stage})

    def _compute(self, prefix: Prefix, key: FeatureKey, split: Split, done: int, total: int) -> Features:
        """Runs the backbone over a view of a split, `done` images after the first of all `total`."""
        pixels = RowsDigest()

        def batches() -> Iterator[np.ndarray]:
            seen = done
            for batch in self._batches(split, key.view):
                pixels.add(batch.inputs)
                yield prefix(batch.inputs)
                seen += len(batch)
                self._report.stage_progress("features", seen, total)

        return self._cache.keep(key, batches(), pixels)

    def _batches(self, split: Split, view: FixedView | None) -> Iterator[Batch]:
        loader = self._engine.pipeline
        if view is None:
            return loader.ordered_batches(split)
        assert isinstance(loader, SharedLoader), "an engine whose features are kept takes the shared batches"
        return loader.view_batches(split, view.number)
