"""A data set that has travelled to a node is the same data set there, with the same warnings and the same names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from conftest import DATASET_FIELDS
from node_here import NodeHere
from pictures import write_pictures
from twintune import protocol
from twintune.cluster.luggage import MessageLuggage
from twintune.data.dataset import ImageDataset
from twintune.data.sources import open_sources
from twintune.system.travelled import VARIABLE, as_at_home


def image_folder(folder: Path) -> protocol.DatasetRequest:
    train = folder / "pets"
    write_pictures(train, classes=3, each=3)
    write_pictures(folder / "outside", classes=1, each=2)
    first, second, _ = sorted(path for path in train.iterdir() if path.is_dir())
    (first / "outside").symlink_to(folder / "outside")
    (second / "linked.png").symlink_to(next((folder / "outside").rglob("*.png")))
    (second / "again.png").symlink_to(next(first.glob("*.png")))
    (second / "gone.png").symlink_to("nowhere.png")
    (second / "notes.txt").write_text("notes")
    (train / "loose.png").write_bytes(next(first.glob("*.png")).read_bytes())
    (train / "empty").mkdir()
    write_pictures(train / "node_modules/package", classes=1, each=1)
    write_pictures(train / "runs/a", classes=1, each=1)
    for name in ("events.jsonl", "spec.yaml"):
        (train / "runs/a" / name).write_text("")
    return protocol.ImageFolder(train=str(train), **DATASET_FIELDS)


def csv_file(folder: Path) -> protocol.DatasetRequest:
    write_pictures(folder / "images", classes=2, each=3)
    images = sorted((folder / "images").rglob("*.png"))
    (folder / "lists").mkdir()
    rows = [image if at % 2 else Path(os.path.relpath(image, folder / "lists")) for at, image in enumerate(images)]
    table = folder / "lists/pets.csv"
    table.write_text("path,label\n" + "".join(f"{row},{row.parent.name}\n" for row in rows))
    return protocol.Csv(train=str(table), **DATASET_FIELDS, path_column="path", label_column="label")


def described(dataset: ImageDataset) -> dict:
    positions = range(len(dataset.labels))
    return {
        "names": [dataset.describe(position) for position in positions],
        "contents": [readable(dataset, position) for position in positions],
        "labels": dataset.labels.tolist(),
        "classes": dataset.classes,
        "identities": list(dataset.identities or []),
        "warnings": [as_at_home(warning) for warning in dataset.warnings],
    }


def readable(dataset: ImageDataset, position: int) -> bytes | None:
    try:
        return dataset.read(position)
    except OSError:
        return None


@pytest.mark.parametrize("make", [image_folder, csv_file])
def test_it_has_the_same_images_labels_and_warnings(
    make: Callable[[Path], protocol.DatasetRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    dataset = make(home)
    here = described(open_sources(dataset, str(tmp_path)).train)
    node = NodeHere(tmp_path / "node")
    request = {
        "dataset": msgspec.to_builtins(dataset),
        "cacheDirectory": str(tmp_path / "cache"),
        "predictions": str(tmp_path / "none"),
    }
    moved = json.loads(MessageLuggage(node, "check-data", json.dumps(request), lambda _: True).send())
    # The node has nothing else.
    home.rename(tmp_path / "away")
    monkeypatch.setenv(VARIABLE, json.dumps(list(node.kept.roots.values())))
    there = described(open_sources(msgspec.convert(moved["dataset"], type(dataset)), str(tmp_path)).train)
    assert there == here
    assert len(here["names"]) >= 6
