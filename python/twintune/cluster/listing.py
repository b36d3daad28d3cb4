"""The listing of files that are to travel to a node: folder by folder, with sizes and times, and nothing is read.

A node keeps each file below a folder of its own, under the path that the file has here, and links as links. So a data
set has the same structure there: folders that are entered through a link, and files outside of the data set that a link
leads to, are found as they are found here.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from twintune.data.csv_rows import Columns, read_rows
from twintune.data.names import is_image
from twintune.errors import TwintuneError

_PACKAGES = "node_modules"
"""The folder of a project's packages, which is no class of a data set."""


class Entry(NamedTuple):
    """An entry of a folder. Files of the kind `name` travel without their content, which nobody reads."""

    name: str
    kind: Literal["file", "name", "link", "folder", "missing"]
    size: int = 0
    """The size of a file, in bytes."""
    changed: int = 0
    """The time of a file's last change, in nanoseconds."""
    target: str = ""
    """The place that a link leads to, relative to the folder."""


class Listing(NamedTuple):
    """Entries of a folder, and which others the node keeps there: none, hidden ones, or all."""

    folder: str
    entries: list[Entry]
    keeps: Literal["none", "hidden", "all"]


class CannotTravel(Exception):
    """The cause why a file or folder of this machine can't travel."""

    def __init__(self, path: str, reason: str, is_changed: bool = False) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason, self.is_changed = path, reason, is_changed


def list_images(root: str) -> Iterator[Listing]:
    """Lists a folder of images and all below it. Hidden files are left out; of other files only the names travel.

    Raises:
        CannotTravel: If a folder can't be listed, or an image is no regular file.
    """
    return _list_below(root, only_images=True)


def list_folder(root: str) -> Iterator[Listing]:
    """Lists a folder and all below it.

    Raises:
        CannotTravel: If a folder can't be listed, or a file is no regular one.
    """
    return _list_below(root, only_images=False)


def list_files(paths: Iterable[str]) -> Iterator[Listing]:
    """Lists files one by one, with the links on the way to each; a file that is missing is missing on the node too.

    Raises:
        CannotTravel: If one of them is no regular file.
    """
    folders: dict[str, str] = {}
    found: dict[str, dict[str, Entry]] = {}
    for path in paths:
        above, name = os.path.split(path)
        if above not in folders:
            links, folders[above] = trace(above)
            yield from links
        folder = folders[above]
        entries = found.setdefault(folder, {})
        file = os.path.join(folder, name)
        if os.path.islink(file):
            target = os.path.realpath(file)
            entries[name] = Entry(name, "link", target=os.path.relpath(target, folder))
            folder, name = os.path.split(target)
            entries = found.setdefault(folder, {})
        entries[name] = _entry_of(os.path.join(folder, name), name)
    for folder, entries in found.items():
        yield Listing(folder, list(entries.values()), "all")


def list_csv(file: str, columns: Columns) -> Iterator[Listing]:
    """Lists a CSV file and the files that it names. A file that is no such CSV travels alone, and fails its run there.

    Raises:
        CannotTravel: If one of them is no regular file.
    """
    named = []
    try:
        for path, _, _ in read_rows(file, columns):
            named.append(os.path.join(os.path.dirname(file), path))
    except TwintuneError:
        pass
    yield from list_files([file, *named])


def trace(path: str) -> tuple[list[Listing], str]:
    """Follows a path as the system does.

    Returns:
        The links on the way, and the path without any.
    """
    links, at = [], os.sep
    for part in path.split(os.sep):
        if part in ("", "."):
            continue
        if part == "..":
            at = os.path.dirname(at)
            continue
        step = os.path.join(at, part)
        if os.path.islink(step):
            target = os.path.realpath(step)
            links.append(Listing(at, [Entry(part, "link", target=os.path.relpath(target, at))], "all"))
            step = target
        at = step
    return links, at


def _list_below(root: str, only_images: bool) -> Iterator[Listing]:
    links, real = trace(root)
    yield from links
    left_out = os.path.join(real, _PACKAGES) if only_images else None
    linked: list[str] = []
    entered: set[str] = set()
    starts = deque([real])
    while starts:
        folders = [starts.popleft()]
        while folders:
            folder = folders.pop()
            if folder in entered or folder == left_out:
                continue
            entered.add(folder)
            entries = []
            for entry in _scan(folder):
                if only_images and entry.name.startswith("."):
                    continue
                if entry.is_symlink():
                    target = os.path.realpath(entry.path)
                    entries.append(Entry(entry.name, "link", target=os.path.relpath(target, folder)))
                    if os.path.isdir(target):
                        starts.append(target)
                    elif not only_images or is_image(entry.name):
                        linked.append(target)
                elif entry.is_dir():
                    entries.append(Entry(entry.name, "folder"))
                    folders.append(entry.path)
                elif only_images and not is_image(entry.name):
                    entries.append(Entry(entry.name, "name"))
                else:
                    entries.append(_entry_of(entry.path, entry.name))
            yield Listing(folder, entries, "hidden" if only_images else "none")
    yield from list_files(linked)


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise CannotTravel(folder, f"it can't be listed ({error.strerror})") from error


def _entry_of(path: str, name: str) -> Entry:
    try:
        status = os.lstat(path)
    except OSError:
        return Entry(name, "missing")
    if not stat.S_ISREG(status.st_mode):
        raise CannotTravel(path, "it is no regular file")
    return Entry(name, "file", status.st_size, status.st_mtime_ns)
