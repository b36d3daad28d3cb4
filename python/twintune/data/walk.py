"""The search for image files below a folder: hidden files are passed over, links are followed once."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field

from twintune.data.names import is_image
from twintune.data.strings import printable
from twintune.errors import TwintuneError


@dataclass
class Found:
    """The files that were found below a folder."""

    images: list[str] = field(default_factory=list)
    """Paths from the folder, with forward slashes, in no order."""
    repeated: list[str] = field(default_factory=list)
    """Links to files and folders that have been found by another way already."""
    others: Counter[str] = field(default_factory=Counter)
    """The number of files that are no images, by the endings of their names."""


def find_images(root: str, left_out: Collection[str] = ()) -> Found:
    """Finds all image files below a folder.

    Files of the folder itself come before files that links lead to, and each real file counts once: a link that leads
    in a circle, or to a file that is there anyway, gives nothing twice. A link whose target is gone is found like a
    file, so that it is reported when it is read.

    Args:
        root: The folder.
        left_out: The names of folders in `root` that are passed over.

    Raises:
        TwintuneError: DATASET_INVALID if a folder can't be listed.
    """
    found = Found()
    entered: set[str] = set()
    file_links: list[str] = []
    starts = deque([""])
    while starts:
        start = starts.popleft()
        if os.path.realpath(os.path.join(root, start)) in entered:
            found.repeated.append(start)
            continue
        folders = [start]
        while folders:
            folder = folders.pop()
            real = os.path.realpath(os.path.join(root, folder))
            if real in entered:
                continue
            entered.add(real)
            for entry in _visible(root, folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if path in left_out:
                    continue
                if entry.is_dir():
                    (starts if entry.is_symlink() else folders).append(path)
                elif not is_image(entry.name):
                    found.others[os.path.splitext(entry.name)[1].lower()] += 1
                else:
                    (file_links if entry.is_symlink() else found.images).append(path)
    # A file in the root itself has no class, so a link to it is the only way by which it gets one.
    _add_file_links(root, found, file_links, entered - {os.path.realpath(root)})
    return found


def _add_file_links(root: str, found: Found, links: list[str], entered: set[str]) -> None:
    targets: set[str] = set()
    for link in sorted(links, key=lambda path: ("/" not in path, path)):
        target = os.path.realpath(os.path.join(root, link))
        is_there_itself = os.path.dirname(target) in entered and is_image(os.path.basename(target))
        if target in targets or (is_there_itself and os.path.exists(target)):
            found.repeated.append(link)
        else:
            targets.add(target)
            found.images.append(link)


def _visible(root: str, folder: str) -> list[os.DirEntry[str]]:
    path = os.path.join(root, folder)
    try:
        with os.scandir(path) as entries:
            return sorted((e for e in entries if not e.name.startswith(".")), key=lambda entry: entry.name)
    except OSError as error:
        raise TwintuneError(
            "DATASET_INVALID",
            f"The folder {printable(path)} can't be listed: {error.strerror}.",
            "Change its permissions, or take it out of the data set.",
        ) from error
