"""Weights & Biases, offline: files in its own folder, which `wandb sync` uploads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import wandb  # pyright: ignore[reportMissingImports]

from twintune.protocol.track import (
    ComparisonEndedRecord,
    ComparisonRecord,
    FileRecord,
    PointsRecord,
    RunEndedRecord,
    RunRecord,
    WandbOptions,
)

# The client would otherwise print, measure the machine while runs are timed, and keep the code that it finds.
_SETTINGS = wandb.Settings(silent=True, console="off", x_disable_stats=True, disable_git=True, disable_code=True)


class WandbOffline:
    """A run for each run of the comparison, in one group. They are written anew from the first event."""

    def __init__(self, options: WandbOptions) -> None:
        self._project = options.project or os.environ.get("WANDB_PROJECT")
        self._comparison: ComparisonRecord | None = None
        self._runs: dict[str, Any] = {}
        self._folder = Path(os.environ.get("WANDB_DIR", ".")) / "wandb"

    def begin(self, comparison: ComparisonRecord) -> str:
        """Takes note of the comparison, which is a group of runs."""
        self._comparison = comparison
        return str(self._folder.resolve())

    def begin_run(self, run: RunRecord) -> None:
        """Begins a run, in place of its files from an earlier time."""
        tags = {"framework": run.framework, "seed": run.seed, "repeat": bool(run.repeat)}
        self._runs[run.name] = self._init(run.name, tags)

    def log(self, record: PointsRecord) -> None:
        """Writes the values of each step."""
        by_step: dict[int, dict[str, float]] = {}
        for point in record.points:
            by_step.setdefault(point.step, {})[point.metric] = point.value
        for step, values in by_step.items():
            self._runs[record.run].log(values, step=step)

    def end_run(self, ended: RunEndedRecord) -> None:
        """Ends a run."""
        run = self._runs.pop(ended.run)
        run.summary.update(ended.tags)
        run.finish(exit_code=0 if ended.status == "finished" else 1)

    def end(self, ended: ComparisonEndedRecord) -> None:
        """Writes verdict and differences as a run of its own."""
        run = self._init("comparison", {})
        run.summary.update({**ended.values, **ended.tags, "verdictInWords": ended.summary})
        run.finish()

    def keep_file(self, record: FileRecord) -> None:
        """Keeps no file."""

    def close(self) -> None:
        """Ends the runs that have yet to end."""
        for run in self._runs.values():
            run.finish()

    def _init(self, name: str, tags: dict[str, Any]) -> Any:
        comparison = self._comparison
        assert comparison is not None, "a comparison begins before its runs"
        identity = f"{comparison.name}-{name}"
        for earlier in self._folder.glob(f"offline-run-*-{identity}"):
            shutil.rmtree(earlier, ignore_errors=True)
        return wandb.init(
            mode="offline",
            project=self._project or comparison.experiment,
            group=comparison.name,
            name=name,
            id=identity,
            config={**comparison.options, **comparison.tags, **tags},
            reinit="create_new",
            settings=_SETTINGS,
        )
