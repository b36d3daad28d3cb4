"""The key of an entry of the feature cache: all that the features of a split depend on."""

from __future__ import annotations

import hashlib

import msgspec

from twintune.backbones import Preprocessing, find_backbone
from twintune.data.decoding import VERSION as DECODING
from twintune.digests import digest_schema
from twintune.engines.environment import versions
from twintune.features.file import Header
from twintune.protocol import Augmentation, Framework, Precision, Resize, RunRequest, SplitName


class FixedView(msgspec.Struct, frozen=True, rename="camel"):
    """An augmented view of each image that stays the same in all epochs."""

    augmentation: Augmentation
    seed: int
    number: int
    """The view's number, from 0."""


class FeatureSource(msgspec.Struct, frozen=True, rename="camel"):
    """The parts of a key that are the same for all splits of a run. Digests are in hexadecimal."""

    format: str
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
    resize: Resize
    precision: Precision
    deterministic: bool
    device: str
    batch_size: int | None
    threads: str | None
    """The framework's threads; None, as `batch_size`, outside of deterministic mode, where last bits may differ."""
    variant: str
    """The way in which the prefix is to compute, since each way rounds differently.

    A prefix that falls back to another way does so in every run of the same versions, which the other fields tell
    apart.
    """


class FeatureKey(msgspec.Struct, frozen=True, rename="camel"):
    """The key of the features of one split in one view."""

    source: FeatureSource
    split: SplitName
    images: int
    identities: str
    """Digest of the images' identities, in order."""
    content: str
    """Digest of the images' bytes, in order."""
    view: FixedView | None
    """The augmented view; None for images without random changes."""

    def encode(self) -> bytes:
        """The key as canonical JSON."""
        return msgspec.json.encode(self, order="deterministic")

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.encode()).hexdigest()


FORMAT = digest_schema(tuple[Header, FeatureKey], meaning=1)
"""The format of an entry: the fields of its header and key. The number goes up when a change of the code gives other
features. An entry of another format has another name, and is never found."""


def feature_source(
    request: RunRequest, first_stage: int, weights: str, device: str, threads: str, variant: str
) -> FeatureSource:
    """The parts of a key that are the same for all splits of a run.

    Args:
        request: A run in aligned mode.
        first_stage: Index of the first stage that is not computed; the number of stages for pooled features.
        weights: Digest of the live tensors before that stage.
        device: The engine's placement.
        threads: The threads of the engine's device, in words.
        variant: The prefix's variant.
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
        resize=request.dataset.resize,
        precision=request.training.precision,
        deterministic=request.deterministic,
        device=device,
        batch_size=request.training.batch_size if request.deterministic else None,
        threads=threads if request.deterministic else None,
        variant=variant,
    )
