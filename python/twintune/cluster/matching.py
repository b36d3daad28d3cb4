"""The folders of a node, made to match those of the user's machine as they are listed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable

from twintune.cluster.listing import Entry, Listing
from twintune.cluster.parcels import Travelling


def match(root: str, listings: Iterable[Listing]) -> list[Travelling]:
    """Makes folders and links as they are listed, deletes others, and returns the files that are to be sent.

    Args:
        root: The folder of the node below which the user's paths begin.
        listings: The listings of the user's machine.
    """
    lacking = []
    for folder, entries, keeps in listings:
        here = f"{root}{folder}"
        if entries and all(entry.kind == "missing" for entry in entries) and not os.path.isdir(here):
            continue
        _make_folder(root, folder)
        if keeps != "all":
            _delete_others(here, entries, spares_hidden=keeps == "hidden")
        lacking += [
            Travelling(os.path.join(folder, entry.name), entry.size, entry.changed)
            for entry in entries
            if _lacks(os.path.join(here, entry.name), entry)
        ]
    return lacking


def _make_folder(root: str, folder: str) -> None:
    """Makes a folder with those above it; what else stands in the way is of an earlier time, and is deleted."""
    at = root
    os.makedirs(at, exist_ok=True)
    for part in folder.split(os.sep):
        at = os.path.join(at, part)
        if os.path.islink(at) or not os.path.isdir(at):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(at)
            os.mkdir(at)


def _delete_others(here: str, entries: Iterable[Entry], spares_hidden: bool) -> None:
    named = {entry.name for entry in entries}
    with os.scandir(here) as found:
        others = [entry for entry in found if entry.name not in named]
    for entry in others:
        if spares_hidden and entry.name.startswith("."):
            continue
        _delete(entry.path)


def _delete(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _lacks(path: str, entry: Entry) -> bool:
    """Makes an entry that has no content; returns whether the entry is a file whose content is to be sent."""
    try:
        status = os.lstat(path)
    except OSError:
        status = None
    is_file = status is not None and stat.S_ISREG(status.st_mode)
    if entry.kind == "file":
        return not (is_file and status and (status.st_size, status.st_mtime_ns) == (entry.size, entry.changed))
    if entry.kind == "folder":
        if status is None or not stat.S_ISDIR(status.st_mode):
            _delete(path)
            os.mkdir(path)
    elif entry.kind == "link":
        if status is None or not stat.S_ISLNK(status.st_mode) or os.readlink(path) != entry.target:
            _delete(path)
            os.symlink(entry.target, path)
    elif entry.kind == "name":
        if not is_file:
            _delete(path)
            open(path, "x").close()
    else:
        _delete(path)
    return False
