"""The folder of a run comes home as it grows, and only in whole files."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from node_here import NodeHere
from twintune.cluster.parcels import pack
from twintune.cluster.run_folder import RunFolder, list_run_folder
from twintune.system.files import replacing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run/checkpoint").mkdir(parents=True)
    (tmp_path / "run/checkpoint/last.safetensors").write_text("first")
    return tmp_path / "run"


@pytest.fixture
def node(tmp_path: Path) -> NodeHere:
    return NodeHere(tmp_path / "node")


@pytest.fixture
def twin(home: Path, node: NodeHere) -> RunFolder:
    assert node.store("open", "runs")
    for parcel in pack(node.store("match", "runs", list(list_run_folder(str(home))))):
        node.send_parcel("runs", parcel)
    return RunFolder(node, str(home))


def write(file: Path, text: str) -> None:
    with replacing(file) as temporary:
        temporary.write_text(text)


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def silent() -> None:
    pass


def test_a_run_finds_there_what_it_has_left_here(home: Path, node: NodeHere, twin: RunFolder) -> None:
    assert contents(node.place_of("runs", home)) == {"checkpoint/last.safetensors": "first"}
    twin.bring(silent)
    assert contents(home) == {"checkpoint/last.safetensors": "first"}


def test_files_that_are_written_changed_or_deleted_there_are_so_here(
    home: Path, node: NodeHere, twin: RunFolder
) -> None:
    there = node.place_of("runs", home)
    write(there / "checkpoint/best.safetensors", "best")
    write(there / "model/model.safetensors", "model" * 1_000)
    (there / "checkpoint/last.safetensors").unlink()
    twin.bring(silent, most=1_000)
    assert contents(home) == contents(there)
    (there / "checkpoint/best.safetensors").unlink()
    twin.bring(silent)
    assert contents(home) == {"model/model.safetensors": "model" * 1_000}
    assert not (home / "checkpoint").exists()


def test_nothing_is_deleted_here_where_the_nodes_folder_was_deleted(
    home: Path, node: NodeHere, twin: RunFolder
) -> None:
    shutil.rmtree(Path(node.kept.roots["runs"]).parent)
    with pytest.raises(FileNotFoundError, match="deleted there") as caught:
        twin.bring(silent)
    assert caught.value.filename == str(home)
    assert contents(home) == {"checkpoint/last.safetensors": "first"}


def test_nothing_is_deleted_here_where_a_folder_there_cannot_be_listed(
    home: Path, node: NodeHere, twin: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("/checkpoint"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
        return scandir(folder)

    with monkeypatch.context() as patched, pytest.raises(PermissionError):
        patched.setattr(os, "scandir", refuse)
        twin.bring(silent)
    assert contents(home) == {"checkpoint/last.safetensors": "first"}


def test_files_of_this_machine_alone_stay(home: Path, node: NodeHere, twin: RunFolder) -> None:
    (home / "events.jsonl").write_text("{}")
    write(node.place_of("runs", home) / "checkpoint/last.safetensors", "second")
    twin.bring(silent)
    assert contents(home) == {"checkpoint/last.safetensors": "second", "events.jsonl": "{}"}


def test_an_unfinished_file_stays_there(home: Path, node: NodeHere, twin: RunFolder) -> None:
    with replacing(node.place_of("runs", home) / "predictions.csv") as temporary:
        temporary.write_text("half")
        twin.bring(silent)
        assert "predictions.csv" not in contents(home)
        assert len(contents(home)) == 1


def test_a_file_that_is_replaced_while_it_comes_is_of_one_version(home: Path, node: NodeHere, twin: RunFolder) -> None:
    last = node.place_of("runs", home) / "checkpoint/last.safetensors"
    write(last, "old" * 1_000)
    twin.bring(lambda: write(last, "new" * 1_000), most=100)
    assert contents(home)["checkpoint/last.safetensors"] == "old" * 1_000
    twin.bring(silent)
    assert contents(home)["checkpoint/last.safetensors"] == "new" * 1_000


def test_a_full_disk_here_names_the_file_that_was_to_come(
    home: Path, node: NodeHere, twin: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(node.place_of("runs", home) / "checkpoint/last.safetensors", "second")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        twin.bring(silent)
    assert caught.value.filename == str(home / "checkpoint/last.safetensors")
    assert contents(home) == {"checkpoint/last.safetensors": "first"}


def test_files_come_as_they_were_together_while_the_run_goes_on(home: Path, node: NodeHere, twin: RunFolder) -> None:
    checkpoint = node.place_of("runs", home) / "checkpoint"

    def save(version: str) -> None:
        write(checkpoint / "last.safetensors", version)
        write(checkpoint / "best.safetensors", version)

    save("2")
    # A pass that took the new file for the old one would give the best checkpoint the content of another.
    twin.bring(lambda: write(checkpoint / "last.safetensors", "3"))
    assert contents(home) == {"checkpoint/last.safetensors": "2", "checkpoint/best.safetensors": "2"}
    twin.bring(lambda: save("4"))
    assert contents(home) == {"checkpoint/last.safetensors": "3", "checkpoint/best.safetensors": "2"}


def test_the_second_name_of_a_file_costs_no_second_way(home: Path, node: NodeHere, twin: RunFolder) -> None:
    there = node.place_of("runs", home)
    write(there / "checkpoint/last.safetensors", "second")
    os.link(there / "checkpoint/last.safetensors", there / "checkpoint/best.safetensors")
    twin.bring(silent)
    assert (home / "checkpoint/last.safetensors").samefile(home / "checkpoint/best.safetensors")
    write(there / "checkpoint/last.safetensors", "third")
    twin.bring(silent)
    assert contents(home) == {"checkpoint/last.safetensors": "third", "checkpoint/best.safetensors": "second"}


def test_a_checkpoint_comes_after_the_best_one_that_it_refers_to(home: Path, node: NodeHere, twin: RunFolder) -> None:
    there = node.place_of("runs", home)
    write(there / "checkpoint/best.safetensors", "best")
    write(there / "checkpoint/last.safetensors", "refers to best")
    came: list[dict[str, str]] = []
    twin.bring(lambda: came.append(contents(home)))
    assert all("best" in str(each) for each in came if each["checkpoint/last.safetensors"] != "first")
    assert [file.name for file in node.store("set_out", str(home), [])] == [
        "checkpoint/best.safetensors",
        "checkpoint/last.safetensors",
    ]


def test_what_the_command_writes_in_the_folder_does_not_travel(home: Path) -> None:
    (home / "events.jsonl").write_text("{}")
    (home / "checkpoint/.last.safetensors-1.tmp").write_text("half")
    listings = list_run_folder(str(home), without=("events.jsonl",))
    assert [entry.name for _, entries, _ in listings for entry in entries] == ["checkpoint", "last.safetensors"]
