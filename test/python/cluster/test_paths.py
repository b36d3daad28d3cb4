"""Each path of a request is found, by the kind of thing that it leads to; a data set of the hub is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from twintune.cluster.paths import Kind, dataset_of, replace_paths

FIXTURES = Path(__file__).parents[2] / "fixtures" / "protocol"


def request(name: str) -> dict:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def paths_of(name: str, of: dict) -> set[tuple[Kind, str]]:
    found: set[tuple[Kind, str]] = set()

    def note(kind: Kind, path: str) -> str:
        found.add((kind, path))
        return path

    assert replace_paths(name, of, note) == of
    return found


def absolute_texts(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(absolute_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(absolute_texts, value))
    return {value} if isinstance(value, str) and value.startswith("/") else set()


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        ("run", "run.request"),
        ("run", "run.request.idiomatic"),
        ("run", "run.request.weights-file"),
        ("judge-run", "judge-run.request"),
        ("compare-predictions", "compare-predictions.request"),
        ("compare-predictions", "compare-predictions.request.counts"),
        ("check-data", "check-data.request"),
    ],
)
def test_every_absolute_path_of_a_request_is_found(name: str, fixture: str) -> None:
    of = request(fixture)
    # The place of an interpreter may be a mere name.
    assert {path for _, path in paths_of(name, of)} >= absolute_texts(of)


def test_other_messages_name_no_files() -> None:
    of = request("paired-difference.request")
    assert replace_paths("paired-difference", of, lambda _kind, _path: "changed") == of
    assert dataset_of("paired-difference", of) is None


def test_a_data_set_of_the_hub_is_left_alone_though_its_name_looks_like_a_path() -> None:
    of = request("run.request")
    of["dataset"] = {"source": "huggingface", "train": "user/pets"}
    assert not {path for kind, path in paths_of("run", of) if kind == "huggingface"}
    of["dataset"]["train"] = "/data/pets"
    assert ("huggingface", "/data/pets") in paths_of("run", of)


def test_a_request_gets_the_paths_of_the_node() -> None:
    of = request("judge-run.request")
    moved = replace_paths("judge-run", of, lambda _kind, path: f"/node{path}")
    assert moved["judged"] == f"/node{of['judged']}"
    assert moved["run"]["runDirectory"] == f"/node{of['run']['runDirectory']}"
    assert moved["run"]["dataset"]["train"] == f"/node{of['run']['dataset']['train']}"
    assert dataset_of("judge-run", moved) == moved["run"]["dataset"]
