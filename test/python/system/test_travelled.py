"""Files on a node lie below a folder of the node, under the paths that the user knows."""

from __future__ import annotations

import json

import pytest
from twintune.system.travelled import VARIABLE, as_at_home, cache_folder, follow


@pytest.fixture
def on_a_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps(["/node/data/files", "/node/runs/files"]))


@pytest.mark.usefixtures("on_a_node")
def test_a_text_names_the_users_paths() -> None:
    told = "/node/data/files/pets/1.png is as /node/runs/files/runs/a/1.png, and /node/cache is the node's."
    assert as_at_home(told) == "/pets/1.png is as /runs/a/1.png, and /node/cache is the node's."


@pytest.mark.usefixtures("on_a_node")
def test_an_absolute_path_in_a_list_that_has_travelled_leads_to_the_file_that_has_travelled() -> None:
    assert follow("/node/data/files/lists", "/pets/1.png") == "/node/data/files/pets/1.png"
    assert follow("/node/data/files/lists", "../pets/1.png") == "/node/data/files/lists/../pets/1.png"
    assert follow("/lists", "/pets/1.png") == "/pets/1.png"


def test_on_the_users_machine_a_path_is_the_users() -> None:
    assert as_at_home("/node/data/files/pets") == "/node/data/files/pets"
    assert follow("/lists", "pets/1.png") == "/lists/pets/1.png"
    assert follow("/lists", "/pets/1.png") == "/pets/1.png"


def test_the_cache_lies_where_the_variable_says_or_in_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder({"TWINTUNE_CACHE_DIR": "/cache"}) == "/cache"
    assert cache_folder({"XDG_CACHE_HOME": "/home/me/cache"}) == "/home/me/cache/twintune"
    assert cache_folder({}).endswith("/.cache/twintune")
