"""A node keeps what has travelled there, and believes no file that has not come whole."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from node_here import NodeHere
from twintune.cluster.listing import Listing, list_files, list_folder, list_images
from twintune.cluster.parcels import pack
from twintune.cluster.store import Room, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("cats/1.png", "cats/2.png", "dogs/3.png"):
        tmp_path.joinpath("data", name).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath("data", name).write_text(name)
    return tmp_path / "data"


@pytest.fixture
def node(tmp_path: Path) -> NodeHere:
    return NodeHere(tmp_path / "node")


def send(node: NodeHere, listings: Iterable[Listing]) -> list[str]:
    """Sends what the node lacks, and returns the names of these files."""
    assert node.store("open", "data")
    lacking = node.store("match", "data", list(listings))
    for parcel in pack(lacking):
        node.send_parcel("data", parcel)
    node.store("close", "data")
    return sorted(os.path.basename(file.path) for file in lacking)


def found(node: NodeHere, folder: Path) -> dict[str, str]:
    root = node.place_of("data", folder)
    return {str(file.relative_to(root)): file.read_text() for file in root.rglob("*") if file.is_file()}


def test_files_travel_once_and_again_where_they_were_changed(data: Path, node: NodeHere) -> None:
    assert send(node, list_images(str(data))) == ["1.png", "2.png", "3.png"]
    assert send(node, list_images(str(data))) == []
    (data / "cats/1.png").write_text("another")
    assert send(node, list_images(str(data))) == ["1.png"]
    assert found(node, data)["cats/1.png"] == "another"


def test_the_folder_has_what_this_machine_has_and_nothing_else(data: Path, node: NodeHere) -> None:
    send(node, list_images(str(data)))
    (data / "cats/1.png").unlink()
    (data / "dogs").rename(data / "wolves")
    send(node, list_images(str(data)))
    assert found(node, data) == {"cats/2.png": "cats/2.png", "wolves/3.png": "dogs/3.png"}


def test_a_file_takes_the_place_of_a_folder_or_a_link_and_they_take_its(data: Path, node: NodeHere) -> None:
    (data / "fish").symlink_to("cats")
    send(node, list_images(str(data)))
    (data / "fish").unlink()
    (data / "fish").mkdir()
    (data / "fish/4.png").write_text("fish")
    (data / "cats/1.png").unlink()
    (data / "cats/1.png").mkdir()
    (data / "cats/1.png/5.png").write_text("deep")
    send(node, list_images(str(data)))
    there = node.place_of("data", data)
    assert not (there / "fish").is_symlink()
    assert found(node, data)["cats/1.png/5.png"] == "deep"
    assert found(node, data)["cats/2.png"] == "cats/2.png"


def test_a_link_leads_to_the_nodes_own_copy(data: Path, node: NodeHere, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/4.png").write_text("outside")
    (data / "birds").symlink_to(tmp_path / "outside")
    send(node, list_images(str(data)))
    there = node.place_of("data", data)
    assert (there / "birds/4.png").read_text() == "outside"
    assert (there / "birds").resolve() == node.place_of("data", tmp_path / "outside")


def test_a_single_file_leaves_its_neighbours_on_the_node(data: Path, node: NodeHere) -> None:
    send(node, list_images(str(data)))
    (data / "cats/1.png").write_text("another")
    send(node, list_files([str(data / "cats/1.png"), str(data / "dogs/gone.png")]))
    assert len(found(node, data)) == 3
    (data / "dogs/3.png").unlink()
    send(node, list_files([str(data / "dogs/3.png")]))
    assert len(found(node, data)) == 2


def test_the_images_of_a_folder_leave_the_hidden_files_there_that_another_request_has_brought(
    data: Path, node: NodeHere
) -> None:
    (data / ".cats").mkdir()
    (data / ".cats/4.png").write_text("hidden")
    send(node, list_folder(str(data)))
    send(node, list_images(str(data)))
    assert found(node, data)[".cats/4.png"] == "hidden"
    (data / ".cats/4.png").unlink()
    send(node, list_folder(str(data)))
    assert len(found(node, data)) == 3


def test_a_copy_that_was_broken_off_is_not_believed(data: Path, node: NodeHere, tmp_path: Path) -> None:
    (data / "cats/1.png").write_text("x" * 5_000)
    assert node.store("open", "data")
    lacking = node.store("match", "data", list(list_images(str(data))))
    node.send_parcel("data", next(pack(lacking, most=2_000)))
    assert "cats/1.png" not in found(node, data)
    # The place has ended with its process, and another one goes on.
    del node.kept._locks["data"]
    other = NodeHere(tmp_path / "node")
    assert "1.png" in send(other, list_images(str(data)))
    assert found(other, data)["cats/1.png"] == "x" * 5_000
    assert not (tmp_path / "node/travelled/home/incoming").exists()


@pytest.mark.parametrize("room", ["data", "runs"])
def test_half_a_file_takes_no_room_on_the_node_once_its_place_has_given_up(
    room: Room, data: Path, node: NodeHere, tmp_path: Path
) -> None:
    (data / "cats/1.png").write_text("x" * 5_000)
    assert node.store("open", room)
    lacking = node.store("match", room, list(list_images(str(data))))
    node.send_parcel(room, next(pack(lacking, most=2_000)))
    node.store("close", room)
    assert [file.name for file in (tmp_path / "node").rglob("*") if "incoming" in file.parts] == []


def test_a_parcel_that_is_sent_twice_is_taken_once(data: Path, node: NodeHere) -> None:
    assert node.store("open", "data")
    (parcel,) = pack(node.store("match", "data", list(list_images(str(data)))))
    node.send_parcel("data", parcel)
    node.place_of("data", data / "cats/1.png").write_text("used")
    node.kept.take(1, "data", parcel)
    assert found(node, data)["cats/1.png"] == "used"


def test_only_one_place_fills_the_folder_at_a_time(tmp_path: Path) -> None:
    one, other = (Store("home", {"TWINTUNE_CACHE_DIR": str(tmp_path)}) for _ in range(2))
    assert one.open("data")
    assert one.open("data")
    assert not other.open("data")
    assert other.open("runs"), "each place has a room for runs of its own"
    one.close("data")
    assert other.open("data")


def test_a_room_that_somebody_has_deleted_is_taken_anew(tmp_path: Path) -> None:
    one, other = (Store("home", {"TWINTUNE_CACHE_DIR": str(tmp_path)}) for _ in range(2))
    assert one.open("data")
    assert one.open("runs")
    shutil.rmtree(tmp_path / "travelled")
    shutil.rmtree(tmp_path / "travelled-runs")
    assert one.open("data")
    assert not other.open("data")
    assert one.open("runs")
    one.match("runs", [Listing("/runs/a", [], "none")])
    assert one.set_out("/runs/a", []) == []


def test_a_run_may_delete_its_own_folder(tmp_path: Path) -> None:
    store = Store("home", {"TWINTUNE_CACHE_DIR": str(tmp_path)})
    assert store.open("runs")
    store.match("runs", [Listing("/runs/a", [], "none")])
    os.rmdir(f"{store.roots['runs']}/runs/a")
    assert store.set_out("/runs/a", []) == []


def test_folders_of_runs_whose_place_is_gone_are_swept(tmp_path: Path) -> None:
    environment = {"TWINTUNE_CACHE_DIR": str(tmp_path)}
    gone, living, next_one = (Store("home", environment) for _ in range(3))
    for store in (gone, living):
        assert store.open("runs")
        store.match("runs", [Listing("/runs/a", [], "none")])
        lock = Path(store.roots["runs"]).parent / "lock"
        os.utime(lock, (time.time() - 3600, time.time() - 3600))
    del gone._locks["runs"]
    assert next_one.open("runs")
    left = {folder.name for folder in (tmp_path / "travelled-runs").iterdir()}
    assert left == {Path(store.roots["runs"]).parent.name for store in (living, next_one)}


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a file's size stands for a full disk")
def test_a_place_whose_disk_is_full_leaves_its_room_to_others(data: Path, node: NodeHere, tmp_path: Path) -> None:
    import resource

    (data / "cats/1.png").write_text("x" * 100_000)
    assert node.store("open", "data")
    lacking = node.store("match", "data", list(list_images(str(data))))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            for parcel in pack(lacking, most=4_000):
                node.send_parcel("data", parcel)
        node.store("close", "data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "node/travelled/home/incoming").exists()
    assert NodeHere(tmp_path / "node").store("open", "data")


@pytest.mark.parametrize("call", ["utime", "replace"])
def test_a_full_disk_names_the_file_of_the_user(
    call: str, data: Path, node: NodeHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert node.store("open", "data")
    (parcel,) = pack(node.store("match", "data", list(list_images(str(data)))))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space") as caught:
        node.send_parcel("data", parcel)
    assert caught.value.filename == str(parcel[0].file.path)
    assert found(node, data) == {}
