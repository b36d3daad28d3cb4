"""The interface of a tracker."""

from __future__ import annotations

from typing import Protocol

from twintune.protocol.track import (
    ComparisonEndedRecord,
    ComparisonRecord,
    FileRecord,
    PointsRecord,
    RunEndedRecord,
    RunRecord,
)


class Tracker(Protocol):
    """A tracker. Every method may raise anything: whoever calls it tells of that once and lets go of the tracker."""

    def begin(self, comparison: ComparisonRecord) -> str:
        """Begins with a comparison, and returns the address or the folder at which it can be seen."""
        ...

    def begin_run(self, run: RunRecord) -> None:
        """Begins with a run, which may be known from an earlier time."""
        ...

    def log(self, record: PointsRecord) -> None:
        """Keeps values of the metrics of a run."""
        ...

    def end_run(self, ended: RunEndedRecord) -> None:
        """Keeps how a run ended."""
        ...

    def end(self, ended: ComparisonEndedRecord) -> None:
        """Keeps the result of the comparison."""
        ...

    def keep_file(self, record: FileRecord) -> None:
        """Keeps a file as an artefact, where the tracker has such."""
        ...

    def close(self) -> None:
        """Writes what has yet to be written."""
        ...
