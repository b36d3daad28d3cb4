"""The loop of the trackers' process: a thread for each tracker, so that none waits for another."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Iterable
from typing import TextIO

import msgspec

from twintune.protocol.track import (
    ComparisonEndedRecord,
    ComparisonRecord,
    DoneNews,
    FileRecord,
    PlaceNews,
    PointsRecord,
    ProblemNews,
    ReadyNews,
    RunEndedRecord,
    RunRecord,
    TrackerName,
    TrackersRecord,
    TrackNews,
    TrackRecord,
)
from twintune.tracking.missing_package import explain_missing
from twintune.tracking.tracker import Tracker

_PRIORITY = 10
"""The niceness of the trackers: low beside a run, and high enough to come to an end on a busy machine."""


def serve(lines: Iterable[bytes], news: TextIO) -> None:
    """Tells the trackers of the records until there are no more, and waits for them.

    Args:
        lines: The records as JSON, the trackers that are wanted first.
        news: The stream to which the news is written as JSON, a line each.
    """
    lock = threading.Lock()

    def tell(item: TrackNews) -> None:
        with lock:
            news.write(msgspec.json.encode(item).decode() + "\n")
            news.flush()

    records = (msgspec.json.decode(line, type=TrackRecord) for line in lines)
    wanted = next(records, None)
    if not isinstance(wanted, TrackersRecord):
        return
    threads = [_TrackerThread(name, open_tracker, tell) for name, open_tracker in _wanted(wanted)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.opened.wait()
    tell(ReadyNews())
    for record in records:
        for thread in threads:
            thread.records.put(record)
    for thread in threads:
        thread.records.put(None)
    for thread in threads:
        thread.join()


def _wanted(wanted: TrackersRecord) -> list[tuple[TrackerName, Callable[[], Tracker]]]:
    """The trackers that are wanted, each with the function that imports and opens it."""
    trackers: list[tuple[TrackerName, Callable[[], Tracker]]] = []
    if wanted.tensorboard:
        trackers.append(("tensorboard", _open_tensorboard))
    if (mlflow := wanted.mlflow) is not None:

        def open_mlflow() -> Tracker:
            from twintune.tracking.mlflow_runs import MlflowRuns

            return MlflowRuns(mlflow)

        trackers.append(("mlflow", open_mlflow))
    if (wandb := wanted.wandb) is not None:

        def open_wandb() -> Tracker:
            from twintune.tracking.wandb_offline import WandbOffline

            return WandbOffline(wandb)

        trackers.append(("wandb", open_wandb))
    return trackers


def _open_tensorboard() -> Tracker:
    from twintune.tracking.tensorboard_files import TensorBoardFiles

    return TensorBoardFiles()


class _TrackerThread(threading.Thread):
    """The thread of one tracker. After a failure it tells of it, and passes everything else over."""

    def __init__(self, name: TrackerName, open_tracker: Callable[[], Tracker], tell: Callable[[TrackNews], None]):
        super().__init__(daemon=True)
        self.records: queue.SimpleQueue[TrackRecord | None] = queue.SimpleQueue()
        self.opened = threading.Event()
        self._tracker_name: TrackerName = name
        self._open = open_tracker
        self._tell = tell

    def run(self) -> None:
        """Opens the tracker, and tells it of each record until there are no more."""
        try:
            tracker = self._open()
            # The comparison waits for the imports alone. From here on the runs go first, whose times are measured.
            with contextlib.suppress(AttributeError, OSError):
                os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
            self.opened.set()
            while (record := self.records.get()) is not None:
                self._hand_over(tracker, record)
            tracker.close()
            self._tell(DoneNews(self._tracker_name))
        except BaseException as error:  # A library that calls sys.exit must not take the other trackers with it.
            self._tell(_problem(self._tracker_name, error))
        finally:
            self.opened.set()

    def _hand_over(self, tracker: Tracker, record: TrackRecord) -> None:
        match record:
            case ComparisonRecord():
                self._tell(PlaceNews(self._tracker_name, tracker.begin(record)))
            case RunRecord():
                tracker.begin_run(record)
            case PointsRecord():
                tracker.log(record)
            case RunEndedRecord():
                tracker.end_run(record)
            case ComparisonEndedRecord():
                tracker.end(record)
            case FileRecord():
                tracker.keep_file(record)


def _problem(name: TrackerName, error: BaseException) -> ProblemNews:
    if isinstance(error, ModuleNotFoundError):
        return ProblemNews(name, "PACKAGE_MISSING", *explain_missing(error))
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ProblemNews(name, "TRACKER_FAILED", ": ".join([type(error).__name__, *lines[:1]])[:500], None)
