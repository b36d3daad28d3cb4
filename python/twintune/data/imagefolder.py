"""Data sets of images in folders, one folder for each class."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from twintune.data.dataset import Sources
from twintune.data.files import ImageFiles, file_identity
from twintune.data.names import EXTENSIONS, is_image
from twintune.data.strings import printable
from twintune.data.walk import Found, find_images
from twintune.errors import TwintuneError
from twintune.protocol import ImageFolder

_VALIDATION_FOLDERS = ("validation", "valid", "val")
_SPLIT_FOLDERS = {"train", *_VALIDATION_FOLDERS, "test"}
_PACKAGES = "node_modules"
"""The folder of a project's packages, some of which have pictures."""
_FILES_OF_A_COMPARISON = ("events.jsonl", "spec.yaml")


def open_image_folders(request: ImageFolder) -> Sources:
    """Lists the folders of a request; no image is opened.

    If `train` holds images in nothing but the folders `train` and any of `validation`, `valid`, `val` and `test`, these
    are the splits, except for the ones that the request names itself.

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

    Links are followed once, hidden files and folders are passed over, and a class may have folders of its own. Folders
    of comparisons and of npm's packages, which have pictures too, are no classes.

    Args:
        root: The folder that holds one folder for each class.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
    """
    folders = _folders(root)
    ours = [name for name in folders if name == _PACKAGES or _holds_comparisons(os.path.join(root, name))]
    folders = [name for name in folders if name not in ours]
    found = find_images(root, left_out=ours)
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
    _check_names(root, names, paths)
    position = {name: label for label, name in enumerate(names)}
    labels = np.fromiter((position[_class_of(path)] for path in paths), np.int64, len(paths))
    empty = [name for name in folders if file_identity(name) not in position]
    warnings = [f"{printable(os.path.join(root, name))} holds no image, so it is no class." for name in empty]
    warnings += [
        f"{printable(os.path.join(root, name))} holds {'packages' if name == _PACKAGES else 'comparisons'}, so it is no"
        " class."
        for name in ours
    ]
    warnings += _passed_over(root, found)
    return ImageFiles(root, root, paths, labels, [printable(name) for name in names], warnings)


def _split_folders(root: str) -> dict[str, str]:
    """The folders of splits by name; empty if the folder holds classes."""
    folders = {name: os.path.join(root, name) for name in _folders(root)}
    if "train" not in folders:
        return {}
    others = [folder for name, folder in folders.items() if name not in _SPLIT_FOLDERS and name != _PACKAGES]
    if any(_holds_images(folder) and not _holds_comparisons(folder) for folder in others):
        return {}
    return {name: folder for name, folder in folders.items() if name in _SPLIT_FOLDERS}


def _check_names(root: str, names: Sequence[str], paths: Sequence[str]) -> None:
    """Refuses splits that would be classes, since other folders lie beside them. A vehicle called train is a class."""
    splits = [name for name in names if name.lower() in _SPLIT_FOLDERS]
    direct = {_class_of(path) for path in paths if path.count("/") == 1}
    if len(splits) > 1 or any(name not in direct for name in splits):
        others = ", ".join(printable(name) for name in names if name not in splits)
        raise TwintuneError(
            "DATASET_INVALID",
            f"{root} holds {', '.join(splits)}, which looks like the folder of a split and would be a class"
            f"{f' beside {others}' if others else ''}.",
            f"Name the splits' own folders, as dataset.train: {os.path.join(root, splits[0])}, or give the class"
            " another name.",
        )


def _holds_comparisons(folder: str) -> bool:
    """Whether a folder is that of a comparison, or holds such folders, as `runs` does."""
    try:
        inside = [entry.path for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        # The search for images says what is wrong.
        return False
    return any(
        all(os.path.isfile(os.path.join(each, name)) for name in _FILES_OF_A_COMPARISON) for each in (folder, *inside)
    )


def _holds_images(folder: str) -> bool:
    return any(is_image(name) for _, _, files in os.walk(folder, followlinks=False) for name in files)


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
