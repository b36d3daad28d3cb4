"""The splits of a request's data, opened, checked and split the same way in every process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from twintune.data.checking import Progress, check_images
from twintune.data.dataset import ImageDataset, Sources, Split, Splits, Unreadable
from twintune.data.duplicates import ContentIdentities
from twintune.data.problems import across_splits, list_briefly, odd_classes, refuse_unreadable, skipped_warning
from twintune.data.sources import open_sources
from twintune.data.verdicts import Verdicts
from twintune.digests import digest_tensors
from twintune.errors import TwintuneError
from twintune.protocol import DatasetRequest


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
    return replace(splits, contents=contents)


def open_checked_sources(request: DatasetRequest, cache_directory: str, progress: Progress) -> CheckedSources:
    """Opens the data and checks every image; failures that are found without decoding come first.

    Raises:
        TwintuneError: The failures of `open_splits`, except IMAGE_CORRUPT.
    """
    sources = open_sources(request, cache_directory)
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

    An image's split is decided by a hash of its identity, and of the seed if there is one, so that adding an image
    moves no other one.

    Raises:
        TwintuneError: DATASET_ONE_CLASS or SPLIT_EMPTY.
    """
    sources = checked.sources
    training, place = sources.train, _places(sources.train, seed)
    rest = checked.verdicts_of(training).readable()
    if sources.test is None:
        test = _split(training, rest & (place < request.test_fraction))
        rest, place = rest & (place >= request.test_fraction), place - request.test_fraction
    else:
        test = _split(sources.test, checked.verdicts_of(sources.test).readable())
    validation = None
    if sources.validation is not None:
        validation = _split(sources.validation, checked.verdicts_of(sources.validation).readable())
    elif request.validation_fraction > 0:
        watched = place < request.validation_fraction
        validation, rest = _split(training, rest & watched), rest & ~watched
    splits = Splits(_split(training, rest), validation, test, training.classes, [], checked.unreadable())
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


def unit_hash(identity: str, seed: int | None) -> float:
    """A number in [0, 1) from the SHA-256 of an identity, and of a seed if there is one."""
    salted = identity if seed is None else f"{seed} {identity}"
    return int.from_bytes(hashlib.sha256(salted.encode("utf-8", "surrogateescape")).digest()[:8], "big") / 2**64


def _places(dataset: ImageDataset, seed: int | None) -> np.ndarray:
    assert dataset.identities is not None
    places = (unit_hash(identity, seed) for identity in dataset.identities)
    return np.fromiter(places, np.float64, len(dataset.identities))


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
