"""A request is carried out on a node that shares nothing, and the user is told of no paths but the user's own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from node_here import NodeHere
from pictures import write_pictures
from twintune.cluster import luggage as luggage_module
from twintune.cluster.luggage import MessageLuggage
from twintune.cluster.marks import OF_THE_COMMAND
from twintune.errors import Cancelled, TwintuneError


@pytest.fixture
def node(tmp_path: Path) -> NodeHere:
    return NodeHere(tmp_path / "node")


@pytest.fixture
def request_of_a_run(tmp_path: Path) -> dict:
    write_pictures(tmp_path / "pets", classes=2, each=3)
    (tmp_path / "runs/a").mkdir(parents=True)
    (tmp_path / "weights.safetensors").write_text("weights")
    return {
        "dataset": {"source": "imagefolder", "train": str(tmp_path / "pets")},
        "model": {"weights": {"kind": "file", "path": str(tmp_path / "weights.safetensors")}},
        "runDirectory": str(tmp_path / "runs/a"),
        "cacheDirectory": str(tmp_path / "cache"),
        "torchPython": "/no/such/python",
    }


def pack_up(
    node: NodeHere, request: dict, emit: Callable[[str], bool] = lambda _: True, name: str = "run"
) -> MessageLuggage:
    return MessageLuggage(node, name, json.dumps(request), emit)


def test_a_run_gets_the_nodes_paths_and_finds_all_there(node: NodeHere, request_of_a_run: dict, tmp_path: Path) -> None:
    there = json.loads(pack_up(node, request_of_a_run).send())
    assert there["dataset"]["train"] == str(node.place_of("data", tmp_path / "pets"))
    assert len(list(Path(there["dataset"]["train"]).rglob("*.png"))) == 6
    assert Path(there["model"]["weights"]["path"]).read_text() == "weights"
    assert os.listdir(there["runDirectory"]) == []
    assert there["cacheDirectory"] == str(tmp_path / "node")
    # An interpreter that this machine hasn't got either is for the run to miss.
    assert there["torchPython"] in ("/no/such/python", sys.executable)


def test_a_node_that_shares_the_disk_gets_the_request_as_it_is(request_of_a_run: dict, tmp_path: Path) -> None:
    node = NodeHere(tmp_path / "node", shared=(tmp_path, Path("/no")))
    assert json.loads(pack_up(node, request_of_a_run).send()) == request_of_a_run
    assert not (tmp_path / "node").exists()
    # No probe is left.
    assert os.listdir(tmp_path / "runs/a") == []


def test_data_travel_once_to_a_node_and_not_once_a_run(node: NodeHere, request_of_a_run: dict, tmp_path: Path) -> None:
    pack_up(node, request_of_a_run).send()
    (tmp_path / "runs/b").mkdir()
    parcels = len(node.parcels)
    assert parcels > 0
    pack_up(node, {**request_of_a_run, "runDirectory": str(tmp_path / "runs/b")}).send()
    assert len(node.parcels) == parcels


def test_the_user_is_told_how_many_files_are_on_their_way(node: NodeHere, request_of_a_run: dict) -> None:
    told: list[str] = []
    pack_up(node, request_of_a_run, lambda report: told.append(report) is None).send()
    assert {"type": "stage", "stage": "data", "done": 6, "total": 6} in map(json.loads, told)


def test_a_run_that_is_cancelled_on_its_way_sends_no_more(node: NodeHere, request_of_a_run: dict) -> None:
    with pytest.raises(Cancelled):
        pack_up(node, request_of_a_run, lambda _: False).send()
    assert node.parcels == []
    # The folder is free for others.
    assert NodeHere(Path(node.kept.cache)).store("open", "data")


def test_a_run_that_waits_long_for_another_place_says_so_once(
    node: NodeHere, request_of_a_run: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(luggage_module, "_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(luggage_module, "_TURN_SECONDS", 0.0)
    other = NodeHere(Path(node.kept.cache))
    assert other.store("open", "data")
    told: list[str] = []

    def emit(report: str) -> bool:
        told.append(report)
        if len(told) == 4:
            other.store("close", "data")
        return True

    pack_up(node, request_of_a_run, emit).send()
    (warning,) = (each for each in map(json.loads, told) if each["type"] == "warning")
    assert warning["code"] == "NODE_BUSY"
    assert node.name in warning["message"]
    assert len(node.parcels) > 0


def test_checkpoints_come_home_before_the_user_is_told_of_them(
    node: NodeHere, request_of_a_run: dict, tmp_path: Path
) -> None:
    luggage = pack_up(node, request_of_a_run)
    there = Path(json.loads(luggage.send())["runDirectory"])
    there.joinpath("checkpoint").mkdir()
    there.joinpath("checkpoint/last.safetensors").write_text("first")
    last = tmp_path / "runs/a/checkpoint/last.safetensors"
    luggage.bring_due([{"type": "progress", "payload": '{"type":"stage","stage":"data"}'}])
    assert not last.exists()
    luggage.bring_due([{"type": "progress", "payload": '{"type":"checkpoint","path":"a"}'}])
    assert last.read_text() == "first"
    there.joinpath("predictions.csv").write_text("row")
    luggage.bring_rest()
    assert (tmp_path / "runs/a/predictions.csv").read_text() == "row"
    assert not there.exists()


def test_a_run_that_moves_on_takes_along_what_came_home(node: NodeHere, request_of_a_run: dict, tmp_path: Path) -> None:
    (tmp_path / "runs/a/checkpoint").mkdir()
    (tmp_path / "runs/a/checkpoint/last.safetensors").write_text("first")
    there = Path(json.loads(pack_up(node, request_of_a_run).send())["runDirectory"])
    assert (there / "checkpoint/last.safetensors").read_text() == "first"


def test_what_a_killed_driver_was_writing_is_deleted_before_its_run_goes_on(
    node: NodeHere, request_of_a_run: dict, tmp_path: Path
) -> None:
    (tmp_path / "runs/a/checkpoint").mkdir()
    (tmp_path / "runs/a/checkpoint/last.safetensors").write_text("first")
    (tmp_path / "runs/a/checkpoint/.last.safetensors-1234.tmp").write_text("half")
    pack_up(node, request_of_a_run).send()
    assert os.listdir(tmp_path / "runs/a/checkpoint") == ["last.safetensors"]


@pytest.mark.parametrize("encode", [json.dumps, lambda report: json.dumps(report, ensure_ascii=False)])
def test_a_node_whose_folder_has_letters_beyond_ascii_is_named_by_no_path(
    encode: Callable[[dict], str], request_of_a_run: dict, tmp_path: Path
) -> None:
    luggage = pack_up(NodeHere(tmp_path / "josé"), request_of_a_run)
    there = json.loads(luggage.send())["runDirectory"]
    told = json.loads(luggage.translate(encode({"type": "warning", "message": f"{there}/x is odd"})))
    assert told["message"] == f"{tmp_path}/runs/a/x is odd"


def test_reports_and_replies_name_the_users_paths(node: NodeHere, request_of_a_run: dict, tmp_path: Path) -> None:
    luggage = pack_up(node, request_of_a_run)
    there = json.loads(luggage.send())
    warning = {"type": "warning", "message": f"{there['dataset']['train']}/a.png is odd", "rate": 1e-05}
    assert json.loads(luggage.translate(json.dumps(warning))) == {
        **warning,
        "message": f"{tmp_path}/pets/a.png is odd",
    }
    failure = {"code": "FILE_UNWRITABLE", "message": f"OSError: {there['runDirectory']}/x is full."}
    told = json.loads(luggage.translate(json.dumps({"ok": False, "failure": failure})))["failure"]["message"]
    assert told.startswith(f"OSError: {tmp_path}/runs/a/x is full. ")
    assert node.name in told


def test_a_file_that_is_no_regular_one_fails_with_its_path_and_the_node(
    node: NodeHere, request_of_a_run: dict, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pets/pipe.png")
    with pytest.raises(TwintuneError) as caught:
        pack_up(node, request_of_a_run).send()
    assert caught.value.code == "DATASET_INVALID"
    assert str(tmp_path / "pets/pipe.png") in caught.value.message
    assert node.name in caught.value.message


def test_predictions_travel_for_a_comparison_and_thumbnails_come_home(node: NodeHere, tmp_path: Path) -> None:
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        (tmp_path / run / "predictions.safetensors").write_text(run)
    write_pictures(tmp_path / "pets", classes=2, each=1)
    request = {
        "first": str(tmp_path / "a/predictions.safetensors"),
        "second": str(tmp_path / "b/predictions.safetensors"),
        "listing": {
            "dataset": {"source": "imagefolder", "train": str(tmp_path / "pets")},
            "cacheDirectory": str(tmp_path / "cache"),
            "folder": str(tmp_path / "disagreements/seed0"),
        },
    }
    luggage = pack_up(node, request, name="compare-predictions")
    there = json.loads(luggage.send())
    assert Path(there["second"]).read_text() == "b"
    Path(there["listing"]["folder"], "0001.png").write_text("thumbnail")
    luggage.bring_rest()
    assert (tmp_path / "disagreements/seed0/0001.png").read_text() == "thumbnail"


def test_the_files_that_the_command_writes_are_known_by_its_own_names() -> None:
    listed = (Path(__file__).parents[3] / "src/run/folder/files.ts").read_text()
    assert all(f"'{name}'" in listed for name in OF_THE_COMMAND)
