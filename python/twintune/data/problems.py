"""Messages about images that can't be decoded or are in two splits, and about odd class names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twintune.data.dataset import Splits, Unreadable
from twintune.data.duplicates import find_duplicates
from twintune.errors import TwintuneError
from twintune.system.files import replacing

_NAMED_IMAGES = 20
_NAMED_GROUPS = 3
_NAMED_CLASSES = 10


class UnreadableImages(Exception):
    """The cause of a failure whose message names only the first unreadable images: it names them all, one a line."""


def refuse_unreadable(source: str, unreadable: Sequence[Unreadable]) -> None:
    """Fails when there are images that can't be decoded.

    Args:
        source: The name of the training data set.
        unreadable: Every image that can't be decoded.

    Raises:
        TwintuneError: IMAGE_CORRUPT if there is such an image; the cause names them all.
    """
    if not unreadable:
        return
    hint = (
        "Repair the images, or take them out of the data set, or leave them out with dataset.onCorrupt=skip;"
        " `twintune data SPEC` lists all of them."
    )
    if len(unreadable) == 1:
        place, reason = unreadable[0]
        raise TwintuneError("IMAGE_CORRUPT", f"{place} can't be decoded: {reason}.", hint)
    message = f"{len(unreadable)} images of {source} can't be decoded: {_listed(unreadable)}."
    raise TwintuneError("IMAGE_CORRUPT", message, hint) from UnreadableImages("\n".join(map(str, unreadable)))


def refuse_changed(splits: Splits) -> None:
    """Fails when images are not those any more that the splits were made of.

    Args:
        splits: The splits, with the images of their data sets as they were checked.

    Raises:
        TwintuneError: DATASET_CHANGED, naming the first images that were changed, replaced or deleted.
    """
    changed = [place for images in splits.checked for place in images.changed()]
    if changed:
        were = "1 image was" if len(changed) == 1 else f"{len(changed)} images were"
        raise TwintuneError(
            "DATASET_CHANGED",
            f"{were} changed while the run was at work: {list_briefly(changed)}.",
            "Put the images back and go on with twintune resume, or start a new comparison.",
        )


def skipped_warning(skipped: Sequence[Unreadable]) -> list[str]:
    """A warning about images that are left out, in a list that is empty if there are none."""
    if not skipped:
        return []
    count = "1 image is" if len(skipped) == 1 else f"{len(skipped)} images are"
    return [f"{count} left out, undecodable: {_listed(skipped)}. `twintune data SPEC --json` lists all."]


def save_skipped(skipped: Sequence[Unreadable], folder: Path) -> None:
    """Writes skipped-images.txt, with a line for each image, into a run's folder, if any image is left out."""
    if skipped:
        with replacing(folder / "skipped-images.txt") as file:
            file.write_text("".join(f"{image}\n" for image in skipped), encoding="utf-8")


def across_splits(splits: Splits, digests: Sequence[np.ndarray]) -> list[str]:
    """A warning of images that are in more than one split, which makes a test look better than it is.

    Args:
        splits: The splits of the data.
        digests: SHA-256 of each image, uint8 of shape [images, 32], for each split in the order of `splits.named()`.
    """
    named = list(splits.named().items())
    lengths = [len(split) for _, split in named]
    number, start = np.repeat(np.arange(len(named)), lengths), np.cumsum([0, *lengths])
    groups = [group for group in find_duplicates(np.concatenate(digests)) if len(np.unique(number[group])) > 1]
    if not groups:
        return []

    def describe(group: np.ndarray) -> str:
        _, firsts = np.unique(number[group], return_index=True)
        members = [(*named[number[at]], int(at - start[number[at]])) for at in group[firsts]]
        return " = ".join(f"{split.describe(position)} ({name})" for name, split, position in members)

    one = len(groups) == 1
    return [
        f"{len(groups)} {'image is' if one else 'images are'} in more than one split, byte for byte:"
        f" {list_briefly([describe(group) for group in groups[:_NAMED_GROUPS]], _NAMED_GROUPS, len(groups))}."
        " `twintune data SPEC --json` lists all."
    ]


def odd_classes(classes: Sequence[str], source: str) -> list[str]:
    """Warnings of class names that are hardly meant as such."""
    warnings = []
    if {name.lower() for name in classes} <= {"train", "test", "val", "valid", "validation"}:
        names = " and ".join(map(repr, classes))
        warnings.append(f"The classes are {names}: is {source} the folder above that of the folders of classes?")
    by_letters: dict[str, list[str]] = {}
    for name in classes:
        by_letters.setdefault(" ".join(name.split()).casefold(), []).append(name)
    alike = [" and ".join(map(repr, names)) for names in by_letters.values() if len(names) > 1]
    if alike:
        warnings.append(f"Classes of {source} differ by spaces or capitals only: {list_briefly(alike)}.")
    return warnings


def list_briefly(items: Sequence[str], shown: int = _NAMED_CLASSES, count: int | None = None) -> str:
    """Lists the first items, and tells how many more there are."""
    count = len(items) if count is None else count
    more = f" and {count - shown} more" if count > shown else ""
    return f"{', '.join(items[:shown])}{more}"


def _listed(unreadable: Sequence[Unreadable]) -> str:
    return list_briefly([str(image) for image in unreadable[:_NAMED_IMAGES]], _NAMED_IMAGES, len(unreadable))
