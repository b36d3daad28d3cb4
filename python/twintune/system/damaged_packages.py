"""Packages that an interrupted pip has installed by halves.

pip takes a package for installed as soon as its metadata are there. This module runs in environments in which nothing
is installed yet, and imports nothing but the standard library.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path


def forget_damaged(folders: Sequence[str] | None = None) -> list[str]:
    """Removes the metadata of packages that lack files, so that pip installs them anew.

    Args:
        folders: The folders that packages lie in; None takes those that pip installs into. An environment may see
            the system's packages too, which aren't its own.

    Returns:
        The names of these packages, sorted.
    """
    own = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    damaged = []
    for package in importlib.metadata.distributions(path=sorted(own if folders is None else folders)):
        # The folder of a wheel's metadata. Other kinds of packages list their files in other ways, or not at all.
        metadata = Path(str(package.locate_file(""))) / str(getattr(package, "_path", ""))
        if metadata.suffix == ".dist-info" and not is_whole(package):
            damaged.append(package.metadata["Name"] or metadata.name)
            shutil.rmtree(metadata)
    return sorted(damaged)


def is_whole(package: importlib.metadata.Distribution) -> bool:
    """Whether all files of a package are there, each as long as its record says; compiled Python may be missing."""
    files = package.files
    if not files:
        return False
    for file in files:
        if file.suffix == ".pyc":
            continue
        try:
            size = Path(str(file.locate())).stat().st_size
        except OSError:
            return False
        if file.size is not None and size < file.size:
            return False
    return True


if __name__ == "__main__":
    print(json.dumps(forget_damaged()))
