"""Data sets of images in folders, one folder for each class."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

import numpy as np

from twintune.data.dataset import Sources
from twintune.data.files import EXTENSIONS, ImageFiles, file_identity
from twintune.data.strings import printable
from twintune.data.walk import Found, find_images
from twintune.errors import TwintuneError
from twintune.protocol import ImageFolder

_VALIDATION_FOLDERS = ("validation", "valid", "val")
_SPLIT_FOLDERS = {"train", *_VALIDATION_FOLDERS, "test"}


def open_image_folders(request: ImageFolder) -> Sources:
    """Lists the folders of a request; no image is opened.

    If `train` holds nothing but the folders `train` and any of `validation`, `valid`, `val` and `test`, these are the
    splits, except for the ones that the request names itself.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
    """
    inside = _split_folders(request.train)
    train = inside.get("train", request.train)
    validation = request.validation or next((inside[name] for name in _VALIDATION_FOLDERS if name in inside), None)
    test = request.test or inside.get("test")
    notice = []
    if inside:
        taken = {name for name, folder in inside.items() if folder in (train, validation, test)}
        left = sorted(inside.keys() - taken)
        notice = [f"{request.train} holds the folders of splits, which are taken as such: {', '.join(sorted(taken))}."]
        notice += [f"{inside[name]} is not used." for name in left]
    return Sources(
        train=open_image_folder(train),
        validation=None if validation is None else open_image_folder(validation),
        test=None if test is None else open_image_folder(test),
        warnings=notice,
    )


def open_image_folder(root: str) -> ImageFiles:
    """Lists the images below `root/CLASS/`, sorted by class and path.

    Links are followed once, hidden files and folders are passed over, and a class may have folders of its own.

    Args:
        root: The folder that holds one folder for each class.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
    """
    folders = _folders(root)
    found = find_images(root)
    paths = sorted(
        (path for path in found.images if "/" in path), key=lambda path: (_class_of(path), file_identity(path))
    )
    if not paths:
        shown = ", ".join(map(printable, folders[:5]))
        raise TwintuneError(
            "DATASET_EMPTY",
            f"{root} holds {f'no image in {shown}' if folders else 'no folders'}.",
            f"Put images ({', '.join(EXTENSIONS)}) into a folder for each class below it.",
        )
    names = sorted({_class_of(path) for path in paths})
    position = {name: label for label, name in enumerate(names)}
    labels = np.fromiter((position[_class_of(path)] for path in paths), np.int64, len(paths))
    empty = [name for name in folders if file_identity(name) not in position]
    warnings = [f"{printable(os.path.join(root, name))} holds no image, so it is no class." for name in empty]
    warnings += _passed_over(root, found)
    return ImageFiles(root, root, paths, labels, [printable(name) for name in names], warnings)


def _split_folders(root: str) -> dict[str, str]:
    """The folders of splits by name; empty if the folder holds classes."""
    folders = _folders(root)
    if "train" not in folders or not set(folders) <= _SPLIT_FOLDERS:
        return {}
    return {name: os.path.join(root, name) for name in folders}


def _folders(root: str) -> list[str]:
    if not os.path.isdir(root):
        raise TwintuneError(
            "DATASET_NOT_FOUND",
            f"There is no folder {root}.",
            "Give the folder that holds a folder for each class.",
        )
    try:
        return sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and not entry.name.startswith("."))
    except OSError as error:
        raise TwintuneError("DATASET_INVALID", f"The folder {root} can't be listed: {error.strerror}.") from error


def _class_of(path: str) -> str:
    return file_identity(path.split("/", 1)[0])


def _passed_over(root: str, found: Found) -> Iterable[str]:
    loose = [path for path in found.images if "/" not in path]
    if loose:
        yield f"{root} holds {len(loose)} images in no folder of a class, which were passed over."
    if found.repeated:
        example = printable(min(found.repeated))
        yield f"{root} holds {len(found.repeated)} links to what is there already, passed over: {example} is the first."
    if found.others:
        kinds = ", ".join(f"{count} {printable(kind) or 'without an ending'}" for kind, count in _most(found.others))
        yield f"{root} holds files that are no images, passed over: {kinds}."


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
