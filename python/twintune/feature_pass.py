"""The one pass of a frozen backbone over the images of a run, or what the cache has of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.cached_features import CachedFeatures
from twintune.data.dataset import Splits
from twintune.digests import RowsDigest, digest_tensors, digest_text
from twintune.engine import Engine, Prefix
from twintune.feature_cache import FeatureCache
from twintune.feature_file import Features
from twintune.feature_key import FeatureKey, feature_source
from twintune.protocol import RunRequest, SplitName
from twintune.reporter import Reporter


@dataclass(frozen=True)
class FeaturePass:
    """What came of a pass."""

    first_stage: int
    features: CachedFeatures
    computed_images: int
    """Those that the backbone saw; the features of all others were in the cache."""
    pixels: list[tuple[SplitName, str]] = field(default_factory=list)
    """Digest of the images of each split, as the backbone got them then or at the time (see `RowsDigest`)."""


class FeatureExtractor:
    """Runs an engine's frozen backbone, where the cache doesn't have what comes out."""

    def __init__(self, request: RunRequest, engine: Engine, splits: Splits, reporter: Reporter) -> None:
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

    def run(self, first_stage: int, weights: str | None) -> FeaturePass:
        """Gives the features of all splits.

        Args:
            first_stage: Index of the first stage that isn't computed; the number of stages for pooled features.
            weights: Digest of the live tensors before that stage, where it is known.

        Raises:
            OSError: There is no room for the features.
        """
        names = list(self._splits.named())
        prefix = self._engine.prefix(first_stage, sum(map(len, self._splits.named().values())))
        keys = self._keys(first_stage, weights or self._digest_before(first_stage), prefix.variant)
        found = [self._cache.find(key) for key in keys]
        missing = sum(key.images for key, features in zip(keys, found, strict=True) if features is None)
        self._report.features_stage(is_cached=missing == 0)
        passed = FeaturePass(
            first_stage, CachedFeatures(self._request.seeds.order, self._request.training.batch_size), missing
        )
        done = 0
        for name, key, features in zip(names, keys, found, strict=True):
            if features is None:
                features = self._compute(prefix, key, done, missing)
                done += key.images
            passed.features.put(self._splits.named()[name], features.values)
            passed.pixels.append((name, features.pixels))
        return passed

    def _keys(self, first_stage: int, weights: str, variant: str) -> list[FeatureKey]:
        source = feature_source(self._request, first_stage, weights, self._engine.placement(), variant)
        return [
            FeatureKey(
                source=source,
                split=name,
                images=len(split),
                identities=digest_text(map(split.identity, range(len(split)))),
                content=self._splits.contents[name],
                view=None,
            )
            for name, split in self._splits.named().items()
        ]

    def _digest_before(self, first_stage: int) -> str:
        entry = find_backbone(self._request.model.backbone)
        tensors = self._engine.backbone_tensors()
        return digest_tensors({name: t for name, t in tensors.items() if entry.stage_of(name) < first_stage})

    def _compute(self, prefix: Prefix, key: FeatureKey, done: int, total: int) -> Features:
        """Runs the backbone over a split, `done` images after the first of all `total`."""
        pixels = RowsDigest()
        return self._cache.keep(key, self._batches(prefix, key, pixels, done, total), pixels)

    def _batches(
        self, prefix: Prefix, key: FeatureKey, pixels: RowsDigest, done: int, total: int
    ) -> Iterator[np.ndarray]:
        for batch in self._engine.pipeline.ordered_batches(self._splits.named()[key.split]):
            images = np.asarray(batch.inputs)
            pixels.add(images)
            yield prefix(images)
            done += len(batch)
            self._report.stage_progress("features", done, total)
