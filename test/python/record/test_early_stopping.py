from __future__ import annotations

import msgspec
import pytest
from conftest import DATASET_FIELDS
from twintune import protocol
from twintune.errors import TwintuneError
from twintune.protocol import EarlyStopping, EvaluationMetrics
from twintune.record.early_stopping import BestEpoch, Monitor, MonitorState, check_watched


def validation(loss: float = 1.0, accuracy: float = 0.5) -> EvaluationMetrics:
    return EvaluationMetrics(accuracy=accuracy, loss=loss, top_five_accuracy=None, macro_f1=0.0, calibration_error=0.0)


def rule(**changes) -> EarlyStopping:
    fields = {"monitor": "loss", "mode": "auto", "patience": 2, "min_delta": 0.0, "restore_best": True}
    return EarlyStopping(**{**fields, **changes})


def epochs_until_stop(monitor: Monitor, values: list[EvaluationMetrics]) -> int | None:
    for epoch, value in enumerate(values, start=1):
        monitor.update(epoch, value)
        if monitor.why_stop():
            return epoch
    return None


def losses(*values: float) -> list[EvaluationMetrics]:
    return [validation(loss=value) for value in values]


def accuracies(*values: float) -> list[EvaluationMetrics]:
    return [validation(accuracy=value) for value in values]


# Holds the option training.earlyStopping.patience
def test_a_phase_ends_after_patience_epochs_without_an_improvement() -> None:
    monitor = Monitor(rule(patience=2), MonitorState())
    assert epochs_until_stop(monitor, losses(1.0, 0.8, 0.9, 0.8, 0.1)) == 4
    assert monitor.state.best == BestEpoch(2, 0.8)
    assert monitor.why_stop() == "validation loss did not improve on 0.8000 (epoch 2) in 2 epochs"


def test_an_improvement_starts_the_patience_anew() -> None:
    assert epochs_until_stop(Monitor(rule(patience=2), MonitorState()), losses(1.0, 1.1, 0.9, 1.0, 0.8, 0.9)) is None


# Holds the options training.earlyStopping.monitor, training.earlyStopping.mode,
# training.earlyStopping.minDelta
def test_an_improvement_of_no_more_than_min_delta_is_none() -> None:
    # These losses are exact in binary.
    monitor = Monitor(rule(patience=2, min_delta=0.25), MonitorState())
    assert epochs_until_stop(monitor, losses(1.0, 0.75, 0.75)) == 3
    assert monitor.state.best == BestEpoch(1, 1.0)
    assert (
        epochs_until_stop(Monitor(rule(patience=2, min_delta=0.25), MonitorState()), losses(1.0, 0.875, 0.625)) is None
    )


@pytest.mark.parametrize(
    ("monitor", "mode", "values", "best"),
    [
        ("loss", "auto", losses(2.0, 1.0, 3.0), 2),
        ("accuracy", "auto", accuracies(0.5, 0.75, 0.25), 2),
        ("loss", "max", losses(2.0, 1.0, 3.0), 3),
        ("accuracy", "min", accuracies(0.5, 0.75, 0.25), 3),
    ],
)
def test_the_mode_says_whether_less_or_more_is_better(monitor: str, mode: str, values: list, best: int) -> None:
    watching = Monitor(rule(monitor=monitor, mode=mode, patience=10), MonitorState())
    epochs_until_stop(watching, values)
    assert watching.state.best is not None
    assert watching.state.best.epoch == best


def test_without_a_rule_the_least_loss_is_best_and_nothing_stops() -> None:
    monitor = Monitor(None, MonitorState())
    assert epochs_until_stop(monitor, losses(1.0, 0.5, *[0.9] * 50)) is None
    assert monitor.state.best == BestEpoch(2, 0.5)
    assert not monitor.restores_best


def test_a_rule_without_validation_images_is_refused() -> None:
    with pytest.raises(
        TwintuneError, match="Early stopping watches the validation images, and the data have none"
    ) as e:
        check_watched(rule(), has_validation=False)
    assert e.value.code == "SPLIT_EMPTY"
    check_watched(rule(), has_validation=True)
    check_watched(None, has_validation=False)


def test_a_run_whose_column_of_splits_names_no_validation_stops_before_it_trains(
    make_request, pictures, tmp_path
) -> None:
    from twintune.training.loop import run

    file = tmp_path / "pictures.csv"
    rows = [f"{path},{path.parent.name},train" for path in sorted((pictures / "train").glob("*/*.png"))]
    file.write_text("\n".join(["path,label,split", *rows]))
    early_stopping = {"monitor": "loss", "mode": "auto", "patience": 1, "minDelta": 0, "restoreBest": True}
    request = make_request("pytorch", training={"earlyStopping": early_stopping})
    dataset = protocol.Csv(
        train=str(file),
        **{**DATASET_FIELDS, "validation_fraction": 0.0},
        path_column="path",
        label_column="label",
        split_column="split",
    )
    with pytest.raises(TwintuneError, match="Early stopping watches"):
        run(msgspec.structs.replace(request, dataset=dataset), lambda report: None)
