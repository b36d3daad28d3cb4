"""Event files of TensorBoard, by one writer library for both frameworks: tensorboardX needs neither of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tensorboardX import SummaryWriter  # pyright: ignore[reportMissingImports]

from twintune.protocol.track import (
    ComparisonEndedRecord,
    ComparisonRecord,
    FileRecord,
    PointsRecord,
    RunEndedRecord,
    RunRecord,
)

FOLDER = "tensorboard"
"""The folder of the event files in the comparison's folder: `tensorboard` in `src/run/folder/files.ts`."""

_COMPARISON = "comparison"


class TensorBoardFiles:
    """A folder of event files for each run, and one for the comparison. They are written anew from the first event."""

    def __init__(self) -> None:
        self._folder = Path()
        self._writers: dict[str, SummaryWriter] = {}
        self._options = ""

    def begin(self, comparison: ComparisonRecord) -> str:
        """Deletes the event files of an earlier time."""
        self._folder = Path(comparison.folder) / FOLDER
        if self._folder.is_symlink():
            raise NotADirectoryError(f"{self._folder} is a symbolic link.")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._options = _table(comparison.options | comparison.tags)
        return str(self._folder)

    def begin_run(self, run: RunRecord) -> None:
        """Opens the event file of a run."""
        self._writer(run.name).add_text("specification", self._options, 0, walltime=run.time / 1000)

    def log(self, record: PointsRecord) -> None:
        """Writes scalars, each at the time at which it was measured."""
        writer = self._writer(record.run)
        for point in record.points:
            writer.add_scalar(point.metric, point.value, point.step, walltime=point.time / 1000)
        writer.flush()

    def end_run(self, ended: RunEndedRecord) -> None:
        """Writes how the run ended, and closes its file."""
        writer = self._writers.pop(ended.run)
        writer.add_text("result", _table({"status": ended.status, **ended.tags}), 0, walltime=ended.time / 1000)
        writer.close()

    def end(self, ended: ComparisonEndedRecord) -> None:
        """Writes the verdict and the differences."""
        writer, time = self._writer(_COMPARISON), ended.time / 1000
        writer.add_text("verdict", ended.summary, 0, walltime=time)
        writer.add_text("result", _table(ended.tags), 0, walltime=time)
        for name, value in ended.values.items():
            writer.add_scalar(name, value, 0, walltime=time)
        writer.flush()

    def keep_file(self, record: FileRecord) -> None:
        """Keeps no file: the event files lie beside them."""

    def close(self) -> None:
        """Writes what has yet to be written."""
        for writer in self._writers.values():
            writer.close()

    def _writer(self, name: str) -> SummaryWriter:
        if name not in self._writers:
            # A TensorBoard that shows the files of an earlier time drops their points when it comes to the new ones.
            self._writers[name] = SummaryWriter(str(self._folder / name), purge_step=0)
        return self._writers[name]


def _table(texts: dict[str, str]) -> str:
    rows = [f"| {_cell(name)} | {_cell(text)} |" for name, text in texts.items()]
    return "\n".join(["| | |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
