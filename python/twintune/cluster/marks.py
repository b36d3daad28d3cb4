"""Marks of the files and folders of a request, by which a node knows whether it has them too."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping

from twintune.cluster.belongings import ANY, Belonging, belonging
from twintune.cluster.paths import Kind

OF_THE_COMMAND = ("events.jsonl", "result.json", "judgement.json", "export")
"""The files and folders of a run that the command writes (`src/run/folder/files.ts`), some while the run goes on."""
LEFT_HERE: dict[Kind, tuple[str, ...]] = {
    "run": OF_THE_COMMAND,
    "own": OF_THE_COMMAND,
    "judged": (*OF_THE_COMMAND, "checkpoint"),
    "model": (*OF_THE_COMMAND, "checkpoint", "steps"),
    "thumbnails": (),
}
"""The entries of a run's folder that nobody reads on a node, by the part that the run has in a request."""


@contextlib.contextmanager
def marked(named: Mapping[str, Kind]) -> Iterator[dict[str, Belonging]]:
    """Marks of files and folders, by which a node knows whether it has them too. A path that leads nowhere has none.

    A folder that a run writes to is known by a file that lies there for the moment: a copy of it would lack the file.
    """
    marks: dict[str, Belonging] = {}
    probes: list[str] = []
    try:
        for path, kind in named.items():
            probe = None
            if kind in LEFT_HERE:
                folder = path
                # The folder of thumbnails is made by whoever fills it.
                while kind == "thumbnails" and not os.path.isdir(folder):
                    folder = os.path.dirname(folder)
                probe = os.path.join(folder, f".probe-{uuid.uuid4().hex}.tmp")
                open(probe, "x").close()
                probes.append(probe)
            if kind == "cache":
                os.makedirs(path, exist_ok=True)
            mark = Belonging(path, ANY) if kind in ("cache", "interpreter") else belonging(probe or path)
            if mark is not None:
                marks[path] = mark
        yield marks
    finally:
        for probe in probes:
            with contextlib.suppress(OSError):
                os.unlink(probe)
