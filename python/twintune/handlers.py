"""The messages that Python answers, by name: the twin of `src/protocol/`. A handler imports what it needs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from twintune import protocol
from twintune.protocol import Emit


def _import_framework(payload: bytes, emit: Emit) -> object:
    from twintune.engines.environment import import_and_report

    return import_and_report(msgspec.json.decode(payload, type=protocol.ImportFrameworkRequest))


def _inspect(payload: bytes, emit: Emit) -> object:
    from twintune.engines.environment import inspect

    return inspect(msgspec.json.decode(payload, type=protocol.InspectRequest))


def _run(payload: bytes, emit: Emit) -> object:
    from twintune.training.loop import run

    return run(msgspec.json.decode(payload, type=protocol.RunRequest), emit)


def _describe_data(payload: bytes, emit: Emit) -> object:
    from twintune.data.description import describe_data

    return describe_data(msgspec.json.decode(payload, type=protocol.DescribeDataRequest), emit)


def _check_data(payload: bytes, emit: Emit) -> object:
    from twintune.evaluation.same_data import check_data

    return check_data(msgspec.json.decode(payload, type=protocol.CheckDataRequest), emit)


def _find_learning_rate(payload: bytes, emit: Emit) -> object:
    from twintune.training.lr_finder import find_learning_rate

    return find_learning_rate(msgspec.json.decode(payload, type=protocol.FindLearningRateRequest), emit)


def _fetch_weights(payload: bytes, emit: Emit) -> object:
    from twintune.model.fetching import fetch_weights

    return fetch_weights(msgspec.json.decode(payload, type=protocol.FetchWeightsRequest))


def _export_model(payload: bytes, emit: Emit) -> object:
    from twintune.exporting.exporting import export_model

    return export_model(msgspec.json.decode(payload, type=protocol.ExportModelRequest), emit)


def _paired_difference(payload: bytes, emit: Emit) -> object:
    from twintune.evaluation.statistics import paired_difference

    return paired_difference(msgspec.json.decode(payload, type=protocol.PairedDifferenceRequest))


def _pairs_needed(payload: bytes, emit: Emit) -> object:
    from twintune.evaluation.sample_size import pairs_needed

    return pairs_needed(msgspec.json.decode(payload, type=protocol.PairsNeededRequest))


def _compare_predictions(payload: bytes, emit: Emit) -> object:
    from twintune.evaluation.disagreement import compare_predictions

    return compare_predictions(msgspec.json.decode(payload, type=protocol.ComparePredictionsRequest), emit)


def _record_rungs(payload: bytes, emit: Emit) -> object:
    from twintune.parity.ladder.recording import record_rungs

    return record_rungs(msgspec.json.decode(payload, type=protocol.RecordRungsRequest), emit)


def _judge_rungs(payload: bytes, emit: Emit) -> object:
    from twintune.parity.ladder.judging import judge_rungs

    return judge_rungs(msgspec.json.decode(payload, type=protocol.JudgeRungsRequest))


def _judge_rounding(payload: bytes, emit: Emit) -> object:
    from twintune.parity.ladder.rounding import judge_rounding

    return judge_rounding(msgspec.json.decode(payload, type=protocol.JudgeRoundingRequest))


def _judge_run(payload: bytes, emit: Emit) -> object:
    from twintune.parity.replay.judging_runs import judge_run

    return judge_run(msgspec.json.decode(payload, type=protocol.JudgeRunRequest), emit)


def _load_model(payload: bytes, emit: Emit) -> object:
    from twintune.trained.predicting import load_model

    return load_model(msgspec.json.decode(payload, type=protocol.LoadModelRequest))


def _predict(payload: bytes, emit: Emit) -> object:
    from twintune.trained.predicting import predict

    return predict(msgspec.json.decode(payload, type=protocol.PredictRequest))


def _describe_idiomatic(payload: bytes, emit: Emit) -> object:
    from twintune.parity.idiomatic.tensorflow.reference import describe_first_batch

    return describe_first_batch(msgspec.json.decode(payload, type=protocol.DescribeIdiomaticRequest), emit)


def _measure_differences(payload: bytes, emit: Emit) -> object:
    from twintune.parity.idiomatic.pytorch.differences import measure_differences

    return measure_differences(msgspec.json.decode(payload, type=protocol.MeasureDifferencesRequest), emit)


def _ask_trial(payload: bytes, emit: Emit) -> object:
    from twintune.search.trials import ask_trial

    return ask_trial(msgspec.json.decode(payload, type=protocol.AskTrialRequest))


def _report_trial(payload: bytes, emit: Emit) -> object:
    from twintune.search.trials import report_trial

    return report_trial(msgspec.json.decode(payload, type=protocol.ReportTrialRequest))


def _tell_trial(payload: bytes, emit: Emit) -> object:
    from twintune.search.trials import tell_trial

    return tell_trial(msgspec.json.decode(payload, type=protocol.TellTrialRequest))


def _weigh_parameters(payload: bytes, emit: Emit) -> object:
    from twintune.search.importance import weigh_parameters

    return weigh_parameters(msgspec.json.decode(payload, type=protocol.WeighParametersRequest))


HANDLERS: dict[str, Callable[[bytes, Emit], object]] = {
    "import-framework": _import_framework,
    "inspect": _inspect,
    "run": _run,
    "describe-data": _describe_data,
    "check-data": _check_data,
    "find-learning-rate": _find_learning_rate,
    "fetch-weights": _fetch_weights,
    "export-model": _export_model,
    "paired-difference": _paired_difference,
    "pairs-needed": _pairs_needed,
    "compare-predictions": _compare_predictions,
    "record-rungs": _record_rungs,
    "judge-rungs": _judge_rungs,
    "judge-rounding": _judge_rounding,
    "judge-run": _judge_run,
    "load-model": _load_model,
    "predict": _predict,
    "describe-idiomatic": _describe_idiomatic,
    "measure-differences": _measure_differences,
    "ask-trial": _ask_trial,
    "report-trial": _report_trial,
    "tell-trial": _tell_trial,
    "weigh-parameters": _weigh_parameters,
}
