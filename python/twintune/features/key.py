"""What the features of a split depend on: the name of an entry of the feature cache."""

from __future__ import annotations

import hashlib

import msgspec

from twintune.backbones import Preprocessing, find_backbone
from twintune.data.decoding import VERSION as DECODING
from twintune.engines.environment import versions
from twintune.protocol import Augmentation, Framework, Precision, RunRequest, SplitName

FORMAT = 1
"""Goes up when a change of the code gives other features of the same images: entries that were kept are then void."""


class FixedView(msgspec.Struct, frozen=True, rename="camel"):
    """One of the augmented views of each image that stay the same in all epochs."""

    augmentation: Augmentation
    seed: int
    number: int
    """From 0."""


class FeatureSource(msgspec.Struct, frozen=True, rename="camel"):
    """What is the same for all splits of a run. Digests are in hexadecimal."""

    format: int
    twintune: str
    framework: Framework
    packages: dict[str, str]
    """Versions by package: the framework's, Pillow's, NumPy's and so on."""
    decoding: int
    backbone: str
    weights: str
    """Digest of the live tensors before the cut."""
    cut: str
    """The last stage that was computed, or `pooled`."""
    batch_norm_epsilon: float | None
    preprocessing: Preprocessing
    image_size: int
    precision: Precision
    deterministic: bool
    device: str
    batch_size: int | None
    threads: str | None
    """The last bits may hang on these two: None but in deterministic mode, where equal features are equal bits."""
    variant: str
    """How the prefix is to compute: each way rounds in its own. What falls back to another way does so in every run of
    the same versions, which the other fields tell apart."""


class FeatureKey(msgspec.Struct, frozen=True, rename="camel"):
    """All that the features of one split, in one view, depend on."""

    source: FeatureSource
    split: SplitName
    images: int
    identities: str
    """Digest of the images' identities, in order."""
    content: str
    """Digest of the images' bytes, in order."""
    view: FixedView | None
    """None for images that nothing is changed in at random."""

    def encode(self) -> bytes:
        """The key as canonical JSON."""
        return msgspec.json.encode(self, order="deterministic")

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.encode()).hexdigest()


def feature_source(
    request: RunRequest, first_stage: int, weights: str, device: str, threads: str, variant: str
) -> FeatureSource:
    """What a run's features are made by.

    Args:
        request: A run in aligned mode.
        first_stage: Index of the first stage that is not computed; the number of stages for pooled features.
        weights: Digest of the live tensors before that stage.
        device: The engine's `placement`.
        threads: Those of its device.
        variant: The prefix's.
    """
    entry = find_backbone(request.model.backbone)
    batch_norm = entry.batch_norm_of(request.model.weights)
    return FeatureSource(
        format=FORMAT,
        twintune=request.twintune,
        framework=request.framework,
        packages=versions(request.framework),
        decoding=DECODING,
        backbone=request.model.backbone,
        weights=weights,
        cut="pooled" if first_stage == len(entry.stages) else entry.stages[first_stage - 1].name,
        batch_norm_epsilon=batch_norm.epsilon if batch_norm else None,
        preprocessing=entry.preprocessing_of(request.model.weights),
        image_size=request.dataset.image_size,
        precision=request.training.precision,
        deterministic=request.deterministic,
        device=device,
        batch_size=request.training.batch_size if request.deterministic else None,
        threads=threads if request.deterministic else None,
        variant=variant,
    )
