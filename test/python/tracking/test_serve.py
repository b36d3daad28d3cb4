"""Whatever becomes of one tracker, the others get everything, and it is told of once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from twintune.tracking import serve as serving

FIXTURES = Path(__file__).parents[2] / "fixtures" / "protocol"
COMPARISON, RUN, POINTS, RUN_ENDED, ENDED = (
    json.loads((FIXTURES / f"track.request.{name}.json").read_bytes())
    for name in ("comparison", "run", "points", "run-ended", "comparison-ended")
)


class FakeTracker:
    def __init__(self, fails_at: str | None = None) -> None:
        self.fails_at = fails_at
        self.told: list[str] = []

    def begin(self, comparison: Any) -> str:
        self._tell("begin")
        return "somewhere"

    def begin_run(self, run: Any) -> None:
        self._tell("begin_run")

    def log(self, record: Any) -> None:
        self._tell("log")

    def end_run(self, ended: Any) -> None:
        self._tell("end_run")

    def end(self, ended: Any) -> None:
        self._tell("end")

    def keep_file(self, record: Any) -> None:
        self._tell("keep_file")

    def close(self) -> None:
        self._tell("close")

    def _tell(self, name: str) -> None:
        self.told.append(name)
        if name == self.fails_at:
            raise OSError("the server is gone\nand more")


def serve(trackers: dict[str, Any], records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(serving, "_wanted", lambda _: list(trackers.items()))
    # The priority is that of the process of the trackers, and here of the tests.
    monkeypatch.setattr(serving.os, "setpriority", lambda *_: None)
    return serve_lines(records)


def serve_lines(records: list[dict[str, Any]], **wanted: Any) -> list[Any]:
    first = {"type": "trackers", "tensorboard": False, "mlflow": None, "wandb": None, **wanted}
    news = io.StringIO()
    serving.serve([json.dumps(record).encode() for record in [first, *records]], news)
    return [json.loads(line) for line in news.getvalue().splitlines()]


def test_a_tracker_that_fails_is_told_of_once_and_holds_no_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    failing, working = FakeTracker("log"), FakeTracker()
    news = serve(
        {"mlflow": lambda: failing, "tensorboard": lambda: working},
        [COMPARISON, RUN, POINTS, POINTS, RUN_ENDED, ENDED],
        monkeypatch,
    )
    assert failing.told == ["begin", "begin_run", "log"]
    assert working.told == ["begin", "begin_run", "log", "log", "end_run", "end", "close"]
    problem = {"type": "problem", "tracker": "mlflow", "code": "TRACKER_FAILED", "hint": None}
    ends = [item for item in news if item["type"] in ("problem", "done")]
    assert sorted(ends, key=lambda item: item["type"]) == [
        {"type": "done", "tracker": "tensorboard"},
        {**problem, "message": "OSError: the server is gone"},
    ]


def test_a_library_that_ends_its_process_ends_its_tracker_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> Any:
        sys.exit(1)

    working = FakeTracker()
    news = serve({"wandb": leave, "tensorboard": lambda: working}, [COMPARISON], monkeypatch)
    assert working.told == ["begin", "close"]
    assert [item["tracker"] for item in news if item["type"] == "problem"] == ["wandb"]


@pytest.mark.parametrize(
    ("tracker", "module", "wanted"),
    [
        ("tensorboard", "tensorboardX", True),
        ("mlflow", "mlflow.entities", {"uri": None, "experiment": None}),
        ("wandb", "wandb", {"project": None}),
    ],
)
def test_a_package_that_is_missing_is_named_with_its_requirements(
    tracker: str, module: str, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for name in ("tensorboard_files", "mlflow_runs", "wandb_offline"):
        monkeypatch.delitem(sys.modules, f"twintune.tracking.{name}", raising=False)
    monkeypatch.setattr(serving.os, "setpriority", lambda *_: None)
    (problem, ready) = serve_lines([], **{tracker: wanted})
    assert (problem["tracker"], problem["code"]) == (tracker, "PACKAGE_MISSING")
    assert "requirements-tracking.txt" in problem["hint"]
    assert ready == {"type": "ready"}
