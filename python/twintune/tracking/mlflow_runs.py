"""Runs of MLflow: the comparison is the parent, each run of it a child."""

from __future__ import annotations

import os
import re
from pathlib import Path

from twintune.protocol.track import (
    ComparisonEndedRecord,
    ComparisonRecord,
    EndStatus,
    FileRecord,
    MlflowOptions,
    PointsRecord,
    RunEndedRecord,
    RunRecord,
)

# MLflow's own settings let a server that is gone keep a run waiting for minutes. Whoever has set them knows better.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
# A store of files has to be asked for, as it is by its address.
os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

from mlflow.entities import Metric, Param, RunTag  # pyright: ignore[reportMissingImports]
from mlflow.tracking import MlflowClient  # pyright: ignore[reportMissingImports]

_STATUS: dict[EndStatus, str] = {"finished": "FINISHED", "failed": "FAILED", "cancelled": "KILLED"}

_IDENTITY = "twintune.run"
"""The tag by which a run of twintune is found again."""

_ATTEMPT = "twintune.attempt"

_MOST_METRICS, _MOST_PARAMETERS, _MOST_TAGS = 1000, 100, 100
"""The most of each that one request to a server may hold."""

_LONGEST_TEXT = 5000
"""The characters of a tag or parameter that every server takes."""


class MlflowRuns:
    """The runs of a comparison in MLflow. Values that it has from an earlier time are not sent again."""

    def __init__(self, options: MlflowOptions) -> None:
        self._client = MlflowClient(tracking_uri=options.uri)
        self._experiment_name = options.experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME")
        self._experiment = ""
        self._comparison: ComparisonRecord | None = None
        self._parent = ""
        self._runs: dict[str, str] = {}
        self._sent: dict[str, set[tuple[str, int]]] = {}

    def begin(self, comparison: ComparisonRecord) -> str:
        """Finds the experiment and the parent run, or makes them."""
        self._comparison = comparison
        self._experiment = self._find_experiment(self._experiment_name or comparison.experiment)
        identity = _identity_of(comparison.name)
        self._parent = self._find(identity) or self._create(identity, comparison.name, comparison.time, comparison.tags)
        self._client.update_run(self._parent, "RUNNING")
        return self._place()

    def begin_run(self, run: RunRecord) -> None:
        """Finds the child of a run, or makes one; that of an earlier attempt, which was begun anew, is deleted."""
        assert self._comparison is not None, "a comparison begins before its runs"
        identity = _identity_of(f"{self._comparison.name}/{run.name}")
        known = self._find(identity)
        if known is not None and self._client.get_run(known).data.tags.get(_ATTEMPT) != str(run.attempt):
            self._client.delete_run(known)
            known = None
        if known is None:
            tags = {**self._comparison.tags, "framework": run.framework, "seed": str(run.seed)}
            if run.repeat:
                tags["repeat"] = "true"
            known = self._create(identity, run.name, run.time, tags, child=run)
            self._sent[run.name] = set()
        else:
            self._sent[run.name] = self._points_of(known)
            self._client.update_run(known, "RUNNING")
        self._runs[run.name] = known

    def log(self, record: PointsRecord) -> None:
        """Sends the values that the server has not got yet."""
        sent = self._sent[record.run]
        new = [point for point in record.points if (point.metric, point.step) not in sent]
        metrics = [Metric(point.metric, point.value, point.time, point.step) for point in new]
        for start in range(0, len(metrics), _MOST_METRICS):
            self._client.log_batch(self._runs[record.run], metrics=metrics[start : start + _MOST_METRICS])
        sent.update((point.metric, point.step) for point in new)

    def end_run(self, ended: RunEndedRecord) -> None:
        """Ends the child of a run."""
        run = self._runs[ended.run]
        self._tag(run, ended.tags)
        self._client.set_terminated(run, _STATUS[ended.status], ended.time)

    def end(self, ended: ComparisonEndedRecord) -> None:
        """Keeps verdict, differences and the states of the contract with the parent, and ends it."""
        known = self._client.get_run(self._parent).data.metrics
        new = {name: value for name, value in ended.values.items() if known.get(name) != value}
        metrics = [Metric(name, value, ended.time, 0) for name, value in new.items()]
        self._client.log_batch(self._parent, metrics=metrics)
        self._tag(self._parent, {**ended.tags, "mlflow.note.content": ended.summary})
        self._client.set_terminated(self._parent, _STATUS[ended.status], ended.time)

    def keep_file(self, record: FileRecord) -> None:
        """Sends a file as an artefact."""
        run = self._parent if record.run is None else self._runs.get(record.run)
        if run is not None:
            self._client.log_artifact(run, str(Path(record.file)), record.folder)

    def close(self) -> None:
        """Has nothing left to do: each request is answered before the next one."""

    def _place(self) -> str:
        """The address of the parent run, without the password that a server's address may have in it."""
        store = re.sub(r"//[^/@]*@", "//", self._client.tracking_uri)
        if store.startswith("http"):
            return f"{store.rstrip('/')}/#/experiments/{self._experiment}/runs/{self._parent}"
        return f"{store}, experiment {self._experiment}, run {self._parent}"

    def _find_experiment(self, name: str) -> str:
        known = self._client.get_experiment_by_name(name)
        return self._client.create_experiment(name) if known is None else known.experiment_id

    def _find(self, identity: str) -> str | None:
        found = self._client.search_runs([self._experiment], f"tags.`{_IDENTITY}` = '{identity}'", max_results=1)
        return found[0].info.run_id if found else None

    def _create(self, identity: str, name: str, time: int, tags: dict[str, str], child: RunRecord | None = None) -> str:
        assert self._comparison is not None, "a comparison begins before its runs"
        own = {_IDENTITY: identity, "mlflow.runName": name}
        if child is not None:
            own |= {"mlflow.parentRunId": self._parent, _ATTEMPT: str(child.attempt)}
        run = self._client.create_run(self._experiment, time, own, name).info.run_id
        self._tag(run, tags)
        options = self._comparison.options | (
            {} if child is None else {"framework": child.framework, "seed": str(child.seed)}
        )
        parameters = [Param(key, text[:_LONGEST_TEXT]) for key, text in _named(options).items()]
        for start in range(0, len(parameters), _MOST_PARAMETERS):
            self._client.log_batch(run, params=parameters[start : start + _MOST_PARAMETERS])
        return run

    def _tag(self, run: str, tags: dict[str, str]) -> None:
        own = [
            RunTag(key if key.startswith("mlflow.") else f"twintune.{key}", text[:_LONGEST_TEXT])
            for key, text in _named(tags).items()
        ]
        for start in range(0, len(own), _MOST_TAGS):
            self._client.log_batch(run, tags=own[start : start + _MOST_TAGS])

    def _points_of(self, run: str) -> set[tuple[str, int]]:
        names = self._client.get_run(run).data.metrics
        return {(name, metric.step) for name in names for metric in self._client.get_metric_history(run, name)}


def _identity_of(name: str) -> str:
    """A name as a search of MLflow can ask for it: a folder may have quotes in its name, which end a text there."""
    return re.sub(r"['\"`\\]", "_", name)


def _named(texts: dict[str, str]) -> dict[str, str]:
    """The same texts by names that MLflow takes: letters, digits, and a few signs."""
    return {re.sub(r"\.?[^A-Za-z0-9_ :/-]+", ".", name).strip("."): text for name, text in texts.items()}
