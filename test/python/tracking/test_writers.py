"""What is written to TensorBoard, MLflow and W&B is read back by their own readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from twintune.protocol.track import Point, PointsRecord, RunRecord, TrackRecord

FIXTURES = Path(__file__).parents[2] / "fixtures" / "protocol"
RUN = "pytorch-seed0"


def record(name: str, **changes: Any) -> Any:
    content = json.loads((FIXTURES / f"track.request.{name}.json").read_bytes())
    return msgspec.convert({**content, **changes}, TrackRecord)


def points(*values: float, metric: str = "train/loss") -> PointsRecord:
    made = [
        Point(metric=metric, value=value, phase=1, epoch=step, step=12 * step, time=1_767_225_600_000 + step)
        for step, value in enumerate(values, start=1)
    ]
    return PointsRecord(RUN, made)


def run_record(attempt: int = 1) -> RunRecord:
    return RunRecord(name=RUN, framework="pytorch", seed=0, attempt=attempt, time=1_767_225_600_000)


def test_tensorboard_reads_the_scalars_of_each_run_once(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    from twintune.tracking.tensorboard_files import TensorBoardFiles

    for _ in range(2):
        tracker = TensorBoardFiles()
        tracker.begin(record("comparison", folder=str(tmp_path)))
        tracker.begin_run(run_record())
        tracker.log(points(0.5, 0.25))
        tracker.end_run(record("run-ended"))
        tracker.end(record("comparison-ended"))
        tracker.close()
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard" / RUN)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(12, 0.5), (24, 0.25)]
    assert events.Scalars("train/loss")[0].wall_time == pytest.approx(1_767_225_600.001)
    comparison = accumulator.EventAccumulator(str(tmp_path / "tensorboard" / "comparison")).Reload()
    assert comparison.Scalars("difference/accuracy")[0].value == pytest.approx(0.01)


def mlflow_of(tmp_path: Path) -> Any:
    """The client of a store that this machine's MLflow has: a database with the whole of it, else a folder."""
    pytest.importorskip("mlflow")
    from twintune.protocol.track import MlflowOptions
    from twintune.tracking.mlflow_runs import MlflowRuns

    def open_tracker() -> MlflowRuns:
        return MlflowRuns(MlflowOptions(uri=(tmp_path / "mlruns").as_uri(), experiment=None))

    return open_tracker


def test_mlflow_has_a_child_for_each_run_and_no_point_twice(tmp_path: Path) -> None:
    open_tracker = mlflow_of(tmp_path)
    for values in [(0.5, 0.25), (0.5, 0.25, 0.125)]:
        tracker = open_tracker()
        tracker.begin(record("comparison"))
        tracker.begin_run(run_record())
        tracker.log(points(*values))
        tracker.end_run(record("run-ended"))
        tracker.end(record("comparison-ended"))
    client = tracker._client
    (experiment,) = [item for item in client.search_experiments() if item.name == "pets"]
    child, parent = sorted(
        client.search_runs([experiment.experiment_id]), key=lambda run: "mlflow.parentRunId" not in run.data.tags
    )
    assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    history = client.get_metric_history(child.info.run_id, "train/loss")
    assert [(metric.step, metric.value) for metric in history] == [(12, 0.5), (24, 0.25), (36, 0.125)]
    assert (child.info.status, child.data.params["model.backbone"]) == ("FINISHED", "resnet18")
    assert (parent.data.metrics["difference/accuracy"], parent.data.tags["twintune.verdict"]) == (0.01, "equivalent")


def test_mlflow_deletes_the_child_of_a_run_that_began_anew(tmp_path: Path) -> None:
    open_tracker = mlflow_of(tmp_path)
    for attempt, values in [(1, (0.5, 0.4)), (2, (0.3,))]:
        tracker = open_tracker()
        tracker.begin(record("comparison"))
        tracker.begin_run(run_record(attempt))
        tracker.log(points(*values))
    client = tracker._client
    (experiment,) = [item for item in client.search_experiments() if item.name == "pets"]
    (child,) = [run for run in client.search_runs([experiment.experiment_id]) if "mlflow.parentRunId" in run.data.tags]
    assert [metric.value for metric in client.get_metric_history(child.info.run_id, "train/loss")] == [0.3]


def test_mlflow_sends_a_file_as_an_artefact(tmp_path: Path) -> None:
    open_tracker = mlflow_of(tmp_path)
    file = tmp_path / "spec.yaml"
    file.write_text("name: pets\n")
    tracker = open_tracker()
    tracker.begin(record("comparison"))
    tracker.keep_file(record("file", run=None, file=str(file), folder=None))
    assert [item.path for item in tracker._client.list_artifacts(tracker._parent)] == ["spec.yaml"]


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:secret@127.0.0.1:5000/", "http://127.0.0.1:5000/#/experiments/7/runs/r"),
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db, experiment 7, run r"),
    ],
)
def test_the_address_of_a_run_in_mlflow_has_no_password(uri: str, shown: str) -> None:
    pytest.importorskip("mlflow")
    from twintune.tracking.mlflow_runs import MlflowRuns

    tracker = MlflowRuns.__new__(MlflowRuns)
    tracker._client = type("Client", (), {"tracking_uri": uri})()
    tracker._experiment, tracker._parent = "7", "r"
    assert tracker._place() == shown


def test_wandb_leaves_one_offline_folder_for_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    from twintune.protocol.track import WandbOptions
    from twintune.tracking.wandb_offline import WandbOffline

    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    for _ in range(2):
        tracker = WandbOffline(WandbOptions(project=None))
        tracker.begin(record("comparison"))
        tracker.begin_run(run_record())
        tracker.log(points(0.5, 0.25))
        tracker.end_run(record("run-ended"))
        tracker.end(record("comparison-ended"))
        tracker.close()
    folders = {path.name.split("-", 3)[3] for path in (tmp_path / "wandb").glob("offline-run-*")}
    assert folders == {"pets-20260101-000000-abcd-comparison", f"pets-20260101-000000-abcd-{RUN}"}
    (written,) = (tmp_path / "wandb").glob(f"offline-run-*-{RUN}/*.wandb")
    assert b"train/loss" in written.read_bytes()
