"""Python reads what TypeScript sends and sends what TypeScript reads: test/protocol parses the same files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from twintune import protocol
from twintune.handlers import HANDLERS
from twintune.protocol.track import TrackNews, TrackRecord

FIXTURES = Path(__file__).parents[1] / "fixtures" / "protocol"
TYPES = {
    "run.request": protocol.RunRequest,
    "run.result": protocol.RunResult,
    "export-model.request": protocol.ExportModelRequest,
    "export-model.result": protocol.ExportModelResult,
    "find-learning-rate.request": protocol.FindLearningRateRequest,
    "find-learning-rate.result": protocol.FindLearningRateResult,
    "import-framework.request": protocol.ImportFrameworkRequest,
    "import-framework.result": protocol.ImportFrameworkResult,
    "inspect.request": protocol.InspectRequest,
    "inspect.result": protocol.InspectResult,
    "check-data.request": protocol.CheckDataRequest,
    "check-data.result": protocol.CheckDataResult,
    "describe-data.request": protocol.DescribeDataRequest,
    "describe-data.result": protocol.DescribeDataResult,
    "fetch-weights.request": protocol.FetchWeightsRequest,
    "fetch-weights.result": protocol.FetchWeightsResult,
    "paired-difference.request": protocol.PairedDifferenceRequest,
    "paired-difference.result": protocol.PairedDifferenceResult,
    "pairs-needed.request": protocol.PairsNeededRequest,
    "pairs-needed.result": protocol.PairsNeededResult,
    "compare-predictions.request": protocol.ComparePredictionsRequest,
    "compare-predictions.result": protocol.ComparePredictionsResult,
    "record-rungs.request": protocol.RecordRungsRequest,
    "record-rungs.result": protocol.RecordRungsResult,
    "judge-run.request": protocol.JudgeRunRequest,
    "judge-run.result": protocol.JudgeRunResult,
    "judge-rungs.request": protocol.JudgeRungsRequest,
    "judge-rungs.result": protocol.JudgeRungsResult,
    "judge-rounding.request": protocol.JudgeRoundingRequest,
    "judge-rounding.result": protocol.JudgeRoundingResult,
    "load-model.request": protocol.LoadModelRequest,
    "load-model.result": protocol.LoadModelResult,
    "predict.request": protocol.PredictRequest,
    "predict.result": protocol.PredictResult,
    "describe-idiomatic.request": protocol.DescribeIdiomaticRequest,
    "describe-idiomatic.result": protocol.DescribeIdiomaticResult,
    "measure-differences.request": protocol.MeasureDifferencesRequest,
    "measure-differences.result": protocol.MeasureDifferencesResult,
    "ask-trial.request": protocol.AskTrialRequest,
    "ask-trial.result": protocol.AskTrialResult,
    "report-trial.request": protocol.ReportTrialRequest,
    "report-trial.result": protocol.ReportTrialResult,
    "tell-trial.request": protocol.TellTrialRequest,
    "tell-trial.result": protocol.TellTrialResult,
    "weigh-parameters.request": protocol.WeighParametersRequest,
    "weigh-parameters.result": protocol.WeighParametersResult,
    "track.request": TrackRecord,
    "track.result": TrackNews,
    "judge-run.progress": list[protocol.RunProgress],
    "run.progress": list[protocol.RunProgress],
    "find-learning-rate.progress": list[protocol.SweepProgress],
    "record-rungs.progress": list[protocol.RecordingProgress],
    "describe-idiomatic.progress": list[protocol.RecordingProgress],
    "measure-differences.progress": list[protocol.RecordingProgress],
    "check-data.progress": list[protocol.CheckedReport],
    "export-model.progress": list[protocol.CheckedReport | protocol.ExportingReport],
    "describe-data.progress": list[protocol.CheckedReport],
    "compare-predictions.progress": list[protocol.CheckedReport],
}


# The words of each field, as TypeScript's schemas have them.
WORDS = json.loads((FIXTURES.parent / "protocol-words.json").read_bytes())
# A recording profiles no step, and its reports share their struct with those of a run.
NEVER_SENT = {
    f"{message}.progress": {"stage": {"profile"}}
    for message in ("record-rungs", "describe-idiomatic", "measure-differences")
}


def type_of(file: Path) -> Any:
    return TYPES[".".join(file.name.split(".")[:2])]


@pytest.mark.parametrize("file", sorted(FIXTURES.iterdir()), ids=lambda file: file.name)
def test_what_is_read_is_written_back_the_same(file: Path) -> None:
    read = json.loads(file.read_bytes())
    written = json.loads(msgspec.json.encode(msgspec.convert(read, type_of(file))))
    if ".request." in file.name:
        # Python sends no request, and takes an absent optional field and a null one for the same.
        read, written = _without_nulls(read), _without_nulls(written)
    assert written == read


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.request*.json")), ids=lambda file: file.name)
def test_a_field_that_is_not_known_is_refused(file: Path) -> None:
    content = {**json.loads(file.read_bytes()), "surprise": 1}
    with pytest.raises(msgspec.ValidationError, match="surprise"):
        msgspec.convert(content, type_of(file))


def test_a_field_that_is_missing_is_refused() -> None:
    content = json.loads((FIXTURES / "run.request.json").read_bytes())
    del content["training"]["batchSize"]
    with pytest.raises(msgspec.ValidationError, match="batchSize"):
        msgspec.convert(content, protocol.RunRequest)


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.progress.json")), ids=lambda file: file.name)
def test_every_kind_of_report_is_among_the_fixtures(file: Path) -> None:
    (report,) = get_args(type_of(file))
    kinds = get_args(report) or (report,)
    assert {type(report) for report in msgspec.json.decode(file.read_bytes(), type=type_of(file))} == set(kinds)


@pytest.mark.parametrize("name", TYPES)
def test_each_field_has_the_words_that_typescript_knows(name: str) -> None:
    (message,) = get_args(TYPES[name]) if name.endswith(".progress") else (TYPES[name],)
    expected = {place: set(words.split(" | ")) for place, words in WORDS.get(name, {}).items()}
    words, patterns = _words_and_patterns(message)
    # A field that has words and more besides is a text with a pattern in Python.
    for place in expected.keys() & patterns.keys():
        assert all(re.search(patterns[place], word) for word in expected.pop(place))
    assert {place: found - NEVER_SENT.get(name, {}).get(place, set()) for place, found in words.items()} == expected


@pytest.mark.parametrize("text", ["pixels", "features", "activations of layer3"])
def test_the_input_of_training_steps_is_named_as_in_typescript(text: str) -> None:
    assert msgspec.convert(text, protocol.StepInput) == text


@pytest.mark.parametrize("text", ["", "activations", "activations of ", "layer3"])
def test_another_input_of_training_steps_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, protocol.StepInput)


def test_every_message_has_a_handler() -> None:
    # The trackers have a process of their own, which answers nothing else.
    assert {name.split(".")[0] for name in TYPES} == set(HANDLERS) | {"track"}


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _words_and_patterns(message: Any) -> tuple[dict[str, set[str]], dict[str, str]]:
    """The words and the pattern that each field of a type may have, by its place as in `WORDS`."""
    schema = msgspec.json.schema(message)
    words: dict[str, set[str]] = {}
    patterns: dict[str, str] = {}

    def collect(node: Any, place: str) -> None:
        if not isinstance(node, dict):
            return
        if "$ref" in node:
            return collect(schema["$defs"][node["$ref"].rsplit("/", 1)[1]], place)
        for word in node.get("enum", []):
            if isinstance(word, str):
                words.setdefault(place, set()).add(word)
        if "pattern" in node:
            patterns[place] = node["pattern"]
        for variant in node.get("anyOf", []):
            collect(variant, place)
        for item in (node.get("items"), *node.get("prefixItems", [])):
            collect(item, f"{place}[]")
        collect(node.get("additionalProperties"), f"{place}{{}}")
        for key, field in node.get("properties", {}).items():
            collect(field, f"{place}.{key}" if place else key)

    collect(schema, "")
    return words, patterns
