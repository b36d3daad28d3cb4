"""The folder of a run that works on a node without it: it is taken along, and brought home as it grows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from twintune.cluster.listing import CannotTravel, Entry, Listing
from twintune.cluster.node import Node
from twintune.cluster.outgoing import Kept
from twintune.cluster.parcels import PARCEL_BYTES
from twintune.system.files import name_also, naming, replacing


class RunFolder:
    """A folder of this machine that has a twin on a node, where a run works in it."""

    def __init__(self, node: Node, folder: str) -> None:
        """Takes note of the twin, which is the same as this machine's folder now.

        Args:
            node: The node that keeps the twin.
            folder: The folder's path on this machine.
        """
        self._node, self._folder = node, folder
        self._here = {file.name: file for file in self._list([])}
        """The files that both have, as they are on the node."""

    def bring(self, alive: Callable[[], None], most: int = PARCEL_BYTES) -> None:
        """Brings home each finished file that is another one on the node, and deletes what the run has deleted.

        A file takes its predecessor's place when all of it is here. The files are of one moment, and come in the order
        in which they were written, so that none is here before another one that it refers to.

        Args:
            alive: A function that is called between two pieces.
            most: The most bytes that a piece has.
        """
        listed = self._list(list(self._here.values()))
        for file in listed:
            if self._here.get(file.name) != file:
                self._bring(file, alive, most)
                self._here[file.name] = file
        for name in self._here.keys() - {file.name for file in listed}:
            self._delete(name)
            del self._here[name]

    def _list(self, known: list[Kept]) -> list[Kept]:
        found: list[Kept] = self._node.store("set_out", self._folder, known)
        return [file for file in found if _is_inside(file.name)]

    def _bring(self, file: Kept, alive: Callable[[], None], most: int) -> None:
        twin = next((name for name, here in self._here.items() if here[1:] == file[1:]), None)
        path = Path(self._folder, file.name)
        with naming(str(path)), replacing(path) as temporary:
            if twin is not None:
                name_also(Path(self._folder, twin), temporary)
                return
            with open(temporary, "wb") as stream:
                for start in range(0, file.size, most):
                    stream.write(self._node.store("give", self._folder, file.name, start, most))
                    alive()

    def _delete(self, name: str) -> None:
        path = Path(self._folder, name)
        path.unlink(missing_ok=True)
        for above in path.parents:
            if above == Path(self._folder):
                return
            with contextlib.suppress(OSError):
                above.rmdir()


def list_run_folder(folder: str, without: Collection[str] = ()) -> Iterator[Listing]:
    """Lists a run's folder and all below it, for the node's twin. Unfinished files stay here.

    Args:
        folder: The folder; one that isn't there is made empty on the node.
        without: The names of entries in it that are left out.

    Raises:
        CannotTravel: If a folder can't be listed.
    """

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise CannotTravel(str(error.filename), f"it can't be listed ({error.strerror})")

    yield Listing(folder, [], "none")
    for above, folders, names in os.walk(folder, onerror=refuse):
        if above == folder:
            folders[:], names = ([name for name in each if name not in without] for each in (folders, names))
        entries = [Entry(name, "folder") for name in folders]
        for name in names:
            path = os.path.join(above, name)
            if not os.path.islink(path) and os.path.isfile(path) and not name.endswith(".tmp"):
                status = os.stat(path)
                entries.append(Entry(name, "file", status.st_size, status.st_mtime_ns))
        yield Listing(above, entries, "none")


def _is_inside(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in name.split(os.sep)
