"""The splits of a request's data, opened, checked and split the same way in every process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from twintune.data.checking import Progress, check_images
from twintune.data.dataset import CheckedImages, ImageDataset, Sources, Split, Splits, Unreadable
from twintune.data.division import assign, places_of
from twintune.data.duplicates import ContentIdentities
from twintune.data.outside import refuse_outside
from twintune.data.problems import across_splits, list_briefly, odd_classes, refuse_unreadable, skipped_warning
from twintune.data.sources import open_sources
from twintune.data.verdicts import Verdicts
from twintune.digests import digest_tensors
from twintune.errors import TwintuneError
from twintune.protocol import DatasetRequest, SplitName


@dataclass(frozen=True)
class CheckedSources:
    """The data sets of a request, and the verdict on each of their images."""

    sources: Sources
    verdicts: list[Verdicts]
    """The verdicts on each data set, in the order of `sources.given()`."""

    def verdicts_of(self, dataset: ImageDataset) -> Verdicts:
        """The verdicts on the images of one of the data sets."""
        return next(v for d, v in zip(self.sources.given(), self.verdicts, strict=True) if d is dataset)

    def unreadable(self) -> list[Unreadable]:
        """Every image that can't be decoded."""
        return [
            Unreadable(dataset.describe(index), reason)
            for dataset, verdicts in zip(self.sources.given(), self.verdicts, strict=True)
            for index, reason in sorted(verdicts.reasons.items())
        ]


def open_splits(request: DatasetRequest, seed: int | None, cache_directory: str, progress: Progress) -> Splits:
    """Opens, checks and splits the data.

    Args:
        request: The specification's data set.
        seed: The seed of the hash that assigns images to splits; None for each image's own hash.
        cache_directory: The folder in which memory-mapped copies and the verdicts on images are kept.
        progress: The function that is told how many images have been checked.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY, DATASET_UNAVAILABLE, DATASET_ONE_CLASS,
            SPLIT_EMPTY, or IMAGE_CORRUPT if `on_corrupt` is `fail`.
    """
    checked = open_checked_sources(request, cache_directory, progress)
    if request.on_corrupt == "fail":
        refuse_unreadable(request.train, checked.unreadable())
    splits = divide(checked, request, seed)
    digests = {
        name: checked.verdicts_of(split.dataset).digests[split.indices] for name, split in splits.named().items()
    }
    splits.warnings.extend([*skipped_warning(splits.skipped), *across_splits(splits, list(digests.values()))])
    contents = {name: digest_tensors({"images": found}) for name, found in digests.items()}
    images = [
        CheckedImages(dataset, verdicts.stamps, verdicts.digests)
        for dataset, verdicts in zip(checked.sources.given(), checked.verdicts, strict=True)
    ]
    return replace(splits, contents=contents, checked=images)


def open_checked_sources(request: DatasetRequest, cache_directory: str, progress: Progress) -> CheckedSources:
    """Opens the data and checks every image; failures that are found without decoding come first.

    Raises:
        TwintuneError: The failures of `open_splits`, except IMAGE_CORRUPT.
    """
    sources = open_sources(request, cache_directory)
    refuse_outside(request, sources.given())
    training = sources.train
    _require_classes(training.classes, training.labels, f"All training images of {training.source}")
    for dataset in sources.given()[1:]:
        _same_classes(training, dataset)
    verdicts = check_images(sources.given(), cache_directory, progress)
    for dataset, found in zip(sources.given(), verdicts, strict=True):
        if dataset.identities is None:
            dataset.identities = ContentIdentities(found.digests)
    return CheckedSources(sources, verdicts)


def divide(checked: CheckedSources, request: DatasetRequest, seed: int | None) -> Splits:
    """Splits the images that can be decoded.

    An image's split is decided by a hash of its identity, and of the seed if there is one (see `assign`).

    Raises:
        TwintuneError: DATASET_ONE_CLASS or SPLIT_EMPTY.
    """
    sources, training = checked.sources, checked.sources.train
    fractions: dict[SplitName, float] = {}
    if sources.test is None:
        fractions["test"] = request.test_fraction
    if sources.validation is None:
        fractions["validation"] = request.validation_fraction
    readable = checked.verdicts_of(training).readable()
    chosen = assign(places_of(training, seed), training.labels, readable, fractions)

    def split_of(name: SplitName, given: ImageDataset | None) -> Split:
        if given is not None:
            return _split(given, checked.verdicts_of(given).readable())
        return _split(training, chosen.get(name, np.zeros_like(readable)))

    has_validation = sources.validation is not None or request.validation_fraction > 0
    validation = split_of("validation", sources.validation) if has_validation else None
    test = split_of("test", sources.test)
    splits = Splits(_split(training, chosen["train"]), validation, test, training.classes, [], checked.unreadable())
    _require_images(splits)
    _require_classes(splits.classes, splits.train.labels, f"After the split all training images of {training.source}")
    splits.warnings.extend(
        [
            *sources.warnings,
            *(warning for dataset in sources.given() for warning in dataset.warnings),
            *odd_classes(training.classes, training.source),
            *_absent_classes(splits),
        ]
    )
    return splits


def _split(dataset: ImageDataset, chosen: np.ndarray) -> Split:
    return Split(dataset, np.flatnonzero(chosen))


def _same_classes(training: ImageDataset, other: ImageDataset) -> None:
    """Maps another data set's labels onto the training set's classes."""
    present = {other.classes[label] for label in np.unique(other.labels)}
    wrong = [name for name in other.classes if name not in training.classes and name in present]
    if wrong:
        raise TwintuneError(
            "DATASET_INVALID",
            f"{other.source} has the class {wrong[0]!r}, which {training.source} doesn't have: the head has an output"
            f" for each of the training images' {len(training.classes)} classes.",
            "Take the class out, or add training images of it.",
        )
    if other.classes != training.classes:
        position = {name: label for label, name in enumerate(training.classes)}
        other.labels = np.array([position.get(name, -1) for name in other.classes], dtype=np.int64)[other.labels]
        other.classes = training.classes


def _absent_classes(splits: Splits) -> Iterator[str]:
    for name, split in splits.named().items():
        counts = np.bincount(split.labels, minlength=len(splits.classes))
        absent = [repr(splits.classes[label]) for label in np.flatnonzero(counts == 0)]
        if absent:
            yield f"The {name} split has no image of {list_briefly(absent)}."


def _require_classes(classes: list[str], labels: np.ndarray, which: str) -> None:
    present = [classes[label] for label in np.unique(labels)]
    if len(present) == 1:
        raise TwintuneError(
            "DATASET_ONE_CLASS",
            f"{which} are of one class, {present[0]!r}.",
            "Give images of at least two classes.",
        )


def _require_images(splits: Splits) -> None:
    named = splits.named()
    for name, split in named.items():
        if len(split) == 0:
            total = sum(map(len, named.values()))
            shown = "training" if name == "train" else name
            unreadable = f", and {len(splits.skipped)} that can't be decoded" if splits.skipped else ""
            first = f" The first of these is {splits.skipped[0]}." if splits.skipped else ""
            raise TwintuneError(
                "SPLIT_EMPTY",
                f"The {shown} split has no image: there are {total} images for all splits{unreadable}.{first}",
                "Give more images, or change dataset.validationFraction or dataset.testFraction.",
            )
