"""Opens the data of a request and splits it, the same way in every process."""

from __future__ import annotations

import hashlib

import numpy as np

from twintune.data.dataset import ImageDataset, Split, Splits
from twintune.data.imagefolder import ImageFolderDataset
from twintune.errors import TwintuneError
from twintune.protocol import DatasetRequest, ImageFolder


def open_splits(request: DatasetRequest, cache_directory: str) -> Splits:
    """Opens and splits the data.

    An image's place is decided by a hash of its identity alone, so that adding an image moves no other one.

    Args:
        request: The spec's data set; `test` may be None.
        cache_directory: Where memory-mapped copies are kept.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY, DATASET_ONE_CLASS or SPLIT_EMPTY.
    """
    training = _open(request, request.train, cache_directory)
    _require_classes(training.classes, training.labels, f"All training images of {request.train}")
    warnings = [*training.warnings, *_odd_classes(training, request)]
    place = np.array([unit_hash(identity) for identity in training.identities])
    if request.test is None:
        test = _split(training, place < request.test_fraction)
        rest, place = place >= request.test_fraction, place - request.test_fraction
    else:
        test_set = _open(request, request.test, cache_directory)
        warnings += [*test_set.warnings, *_same_classes(training, test_set, request)]
        test = _split(test_set, np.ones(len(test_set.labels), dtype=bool))
        rest = np.ones(len(training.labels), dtype=bool)
    watched = rest & (place < request.validation_fraction)
    train = _split(training, rest & ~watched)
    validation = _split(training, watched) if request.validation_fraction > 0 else None
    splits = Splits(train, validation, test, training.classes, warnings)
    _check(splits, request)
    _require_classes(splits.classes, splits.train.labels, f"After the split all training images of {request.train}")
    return splits


def unit_hash(identity: str) -> float:
    """A number in [0, 1) from the SHA-256 of an identity."""
    return int.from_bytes(hashlib.sha256(identity.encode("utf-8", "surrogateescape")).digest()[:8], "big") / 2**64


def describe_splits(splits: Splits) -> list[str]:
    """A line for each image: its split, identity and label; the source of the split's digest."""
    named = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    return [
        f"{name} {label} {identity}"
        for name, split in named.items()
        if split is not None
        for identity, label in zip(split.identities, split.labels, strict=True)
    ]


def _open(request: DatasetRequest, path: str, cache_directory: str) -> ImageDataset:
    if isinstance(request, ImageFolder):
        return ImageFolderDataset(path)
    # Imported here because `datasets` takes a second.
    from twintune.data.parquet import ParquetDataset

    return ParquetDataset(path, request, cache_directory)


def _split(dataset: ImageDataset, chosen: np.ndarray) -> Split:
    return Split(dataset, np.flatnonzero(chosen))


def _odd_classes(training: ImageDataset, request: DatasetRequest) -> list[str]:
    if {name.lower() for name in training.classes} <= {"train", "test", "val", "valid", "validation"}:
        names = " and ".join(repr(name) for name in training.classes)
        return [f"The classes are {names}: is {request.train} the folder above the one that holds a folder a class?"]
    return []


def _same_classes(training: ImageDataset, test: ImageDataset, request: DatasetRequest) -> list[str]:
    """Maps the test set's labels onto the training set's classes; returns what is odd about them."""
    unknown = [name for name in test.classes if name not in training.classes]
    present = {test.classes[label] for label in np.unique(test.labels)}
    wrong = [name for name in unknown if name in present]
    if wrong:
        raise TwintuneError(
            "DATASET_INVALID",
            f"{request.test} has the class {wrong[0]!r}, which {request.train} doesn't have: the head has an output"
            f" for each of the training images' {len(training.classes)} classes.",
            "Take it out of the test images, or add training images of it.",
        )
    if test.classes != training.classes:
        position = [training.classes.index(n) if n in training.classes else -1 for n in test.classes]
        test.labels = np.array(position, dtype=np.int64)[test.labels]
    missing = [name for name in training.classes if name not in present]
    return [f"{request.test} has no image of {', '.join(map(repr, missing))}."] if missing else []


def _require_classes(classes: list[str], labels: np.ndarray, which: str) -> None:
    present = [classes[label] for label in np.unique(labels)]
    if len(present) == 1:
        raise TwintuneError(
            "DATASET_ONE_CLASS",
            f"{which} are of one class, {present[0]!r}.",
            "Give images of at least two classes.",
        )


def _check(splits: Splits, request: DatasetRequest) -> None:
    named = {"training": splits.train, "validation": splits.validation, "test": splits.test}
    for name, split in named.items():
        if split is not None and len(split) == 0:
            total = sum(len(s) for s in named.values() if s is not None)
            raise TwintuneError(
                "SPLIT_EMPTY",
                f"The {name} split has no image: there are {total} images for all splits.",
                "Give more images, or change dataset.validationFraction or dataset.testFraction.",
            )
