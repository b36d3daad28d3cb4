"""Files that have travelled to this node of a cluster: each lies below a folder of the node, under the user's own path.

So a path becomes the user's again where that folder is taken away from its beginning. This module imports nothing but
the standard library, since both ends of the way need it.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence

VARIABLE = "TWINTUNE_TRAVELLED"
"""The variable with the node's folders as a JSON list, which a place on a cluster sets for its framework."""


def cache_folder(environment: Mapping[str, str] = os.environ) -> str:
    """The cache folder of this machine: the twin of `cacheDirectory` in `src/run/machine/cache-directory.ts`."""
    chosen = environment.get("TWINTUNE_CACHE_DIR")
    if chosen:
        return os.path.abspath(chosen)
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        # A container's user may have no home.
        home = tempfile.gettempdir()
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "twintune")
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return os.path.join(local, "twintune", "Cache")
    return os.path.join(environment.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "twintune")


def as_at_home(text: str, roots: Sequence[str] | None = None) -> str:
    """A text whose paths are the user's, not this node's.

    Args:
        text: A path, or a text with paths in it.
        roots: The node's folders; None for those that the environment names.
    """
    for root in _roots() if roots is None else roots:
        text = text.replace(root, "")
    return text


def follow(folder: str, path: str) -> str:
    """The file that a list in a folder names.

    Args:
        folder: The list's folder.
        path: The file's path, relative to the folder or absolute. An absolute path in a list that has travelled is the
            user's, and leads to the file that has travelled with the list.
    """
    if os.path.isabs(path):
        for root in _roots():
            if folder.startswith(f"{root}{os.sep}"):
                return f"{root}{path}"
    return os.path.join(folder, path)


def _roots() -> tuple[str, ...]:
    return _decode(os.environ.get(VARIABLE, "[]"))


# Each image of a data set is named by the roots.
@functools.cache
def _decode(roots: str) -> tuple[str, ...]:
    return tuple(json.loads(roots))
