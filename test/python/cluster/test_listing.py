"""The files of a data set are listed as they lie here, with the links that lead to them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from twintune.cluster.listing import CannotTravel, Listing, list_csv, list_files, list_folder, list_images, trace
from twintune.data.csv_rows import Columns

COLUMNS = Columns("path", "label", None)


def fill(folder: Path, *names: str) -> None:
    for name in names:
        folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(name).write_text(name)


def kinds_of(listings: list[Listing], root: Path) -> dict[str, str]:
    return {
        os.path.relpath(os.path.join(folder, entry.name), root): entry.kind
        for folder, entries, _ in listings
        for entry in entries
    }


def test_images_travel_and_of_other_files_only_the_names(tmp_path: Path) -> None:
    fill(tmp_path, "cats/1.png", "cats/notes.txt", "cats/.hidden.png", ".git/2.png", "node_modules/3.png")
    listings = list(list_images(str(tmp_path)))
    assert kinds_of(listings, tmp_path) == {
        "cats": "folder",
        "node_modules": "folder",
        "cats/1.png": "file",
        "cats/notes.txt": "name",
    }
    # Another request may have brought the hidden files of the same folder.
    assert {keeps for _, _, keeps in listings} == {"hidden"}


def test_all_files_of_a_folder_of_the_hubs_layout_travel(tmp_path: Path) -> None:
    fill(tmp_path, "data/train.parquet", "README.md", ".hidden")
    assert kinds_of(list(list_folder(str(tmp_path))), tmp_path) == {
        "data": "folder",
        "data/train.parquet": "file",
        "README.md": "file",
        ".hidden": "file",
    }


def test_a_link_travels_as_a_link_with_whatever_it_leads_to(tmp_path: Path) -> None:
    fill(tmp_path, "set/cats/1.png", "outside/dogs/2.png", "blobs/abc")
    (tmp_path / "set/dogs").symlink_to(tmp_path / "outside/dogs")
    (tmp_path / "set/cats/3.png").symlink_to("../../blobs/abc")
    (tmp_path / "set/cats/gone.png").symlink_to("nowhere.png")
    (tmp_path / "set/cats/round").symlink_to("..")
    found = kinds_of(list(list_images(str(tmp_path / "set"))), tmp_path)
    assert found == {
        "set/cats": "folder",
        "set/dogs": "link",
        "set/cats/1.png": "file",
        "set/cats/3.png": "link",
        "set/cats/gone.png": "link",
        "set/cats/round": "link",
        "outside/dogs/2.png": "file",
        "blobs/abc": "file",
        # A file that comes to lie there must not stay on a node.
        "set/cats/nowhere.png": "missing",
    }


def test_links_on_the_way_to_a_file_are_listed(tmp_path: Path) -> None:
    fill(tmp_path, "disk/deep/weights.safetensors")
    (tmp_path / "data").symlink_to("disk")
    links, real = trace(str(tmp_path / "data/deep/../deep"))
    assert real == str(tmp_path / "disk/deep")
    assert [(folder, entries[0].name, entries[0].target) for folder, entries, _ in links] == [
        (str(tmp_path), "data", "disk")
    ]
    listings = list(list_files([str(tmp_path / "data/deep/weights.safetensors")]))
    assert kinds_of(listings, tmp_path) == {"data": "link", "disk/deep/weights.safetensors": "file"}


def test_a_csv_file_travels_with_the_files_that_it_names(tmp_path: Path) -> None:
    fill(tmp_path, "lists/here.png", "images/there.png", "absolute.png")
    table = tmp_path / "lists/images.csv"
    rows = ["here.png,a", "../images/there.png,b", f"{tmp_path}/absolute.png,a", "gone.png,b"]
    table.write_text("\n".join(["path,label", *rows]))
    assert kinds_of(list(list_csv(str(table), COLUMNS)), tmp_path) == {
        "lists/images.csv": "file",
        "lists/here.png": "file",
        "images/there.png": "file",
        "absolute.png": "file",
        "lists/gone.png": "missing",
    }


def test_a_csv_file_that_is_none_travels_alone_so_that_its_run_says_what_is_wrong(tmp_path: Path) -> None:
    fill(tmp_path, "images.csv")
    assert kinds_of(list(list_csv(str(tmp_path / "images.csv"), COLUMNS)), tmp_path) == {"images.csv": "file"}


def test_a_pipe_among_the_images_is_refused_by_name(tmp_path: Path) -> None:
    fill(tmp_path, "cats/1.png")
    os.mkfifo(tmp_path / "cats/pipe.png")
    with pytest.raises(CannotTravel) as caught:
        list(list_images(str(tmp_path)))
    assert (caught.value.path, caught.value.reason) == (str(tmp_path / "cats/pipe.png"), "it is no regular file")
