"""Datasets in the hub's layouts, from local folders; and the hub, when it is out of reach."""

# Holds the options dataset.source, dataset.train, dataset.validation, dataset.test, dataset.configuration,
# dataset.revision, dataset.trainSplit, dataset.validationSplit, dataset.testSplit

from __future__ import annotations

import io
import os
import shutil
import socket
from pathlib import Path

import datasets
import numpy as np
import pytest
from conftest import DATASET_FIELDS
from pictures import write_pictures
from PIL import Image
from twintune.data import huggingface
from twintune.data.dataset import Sources
from twintune.data.huggingface import open_huggingface
from twintune.errors import TwintuneError
from twintune.protocol import HuggingFace

FEATURES = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})


def png(value: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (8, 8), value).save(stream, "PNG")
    return stream.getvalue()


def rows(count: int) -> datasets.Dataset:
    images = [{"bytes": png(number), "path": f"{number}.png"} for number in range(count)]
    labels = [number % 2 for number in range(count)]
    return datasets.Dataset.from_dict({"image": images, "label": labels}, features=FEATURES)


@pytest.fixture
def hub_layout(tmp_path: Path) -> Path:
    """A repository of the hub as it is downloaded."""
    folder = tmp_path / "pets"
    (folder / "data").mkdir(parents=True)
    rows(6).to_parquet(str(folder / "data" / "train-00000-of-00001.parquet"))
    rows(2).to_parquet(str(folder / "data" / "test-00000-of-00001.parquet"))
    files = "".join(f"  - split: {split}\n    path: data/{split}-*\n" for split in ("train", "test"))
    (folder / "README.md").write_text(f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n")
    return folder


@pytest.fixture
def open_dataset(cache: Path):
    def open_it(train: Path | str, **changes) -> Sources:
        columns = {"image_column": "image", "label_column": "label", "train_split": "train"}
        return open_huggingface(HuggingFace(train=str(train), **{**DATASET_FIELDS, **columns, **changes}), str(cache))

    return open_it


@pytest.fixture
def failure(open_dataset):
    def fail(train: Path | str, **changes) -> TwintuneError:
        with pytest.raises(TwintuneError) as caught:
            open_dataset(train, **changes)
        return caught.value

    return fail


def test_an_image_of_a_folder_that_was_rewritten_with_its_old_size_and_time_has_another_stamp(
    tmp_path: Path, open_dataset
) -> None:
    folder = tmp_path / "classes"
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for number in (0, 1):
            Image.new("L", (4, 4), number).save(folder / name / f"{number}.bmp")
    dataset = open_dataset(folder).train
    before = dataset.stamps()
    file = folder / "cat" / "1.bmp"
    status = file.stat()
    file.write_bytes((folder / "cat" / "0.bmp").read_bytes())
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert np.flatnonzero(dataset.stamps() != before).tolist() == [list(dataset.identities).index("cat/1.bmp")]


def test_a_folder_of_parquet_files_is_read(hub_layout: Path, open_dataset) -> None:
    sources = open_dataset(hub_layout, test_split="test")
    assert sources.train.classes == ["cat", "dog"]
    assert sources.train.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert list(sources.train.identities) == [f"{number}.png" for number in range(6)]
    assert sources.train.read(3) == png(3)
    assert sources.test is not None
    assert len(sources.test.labels) == 2
    assert sources.validation is None


def test_images_as_files_are_known_by_their_path_in_the_folder(tmp_path: Path, open_dataset) -> None:
    write_pictures(tmp_path / "first" / "train", classes=2, each=2)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    first, second = (open_dataset(tmp_path / name).train for name in ("first", "second"))
    assert first.classes == ["class0", "class1"]
    assert list(first.identities) == list(second.identities)
    assert first.identities[0] == "train/class0/0.png"
    assert first.read(0) == (tmp_path / "first" / "train" / "class0" / "0.png").read_bytes()


def test_what_save_to_disk_wrote_has_no_configuration_to_ask_for(tmp_path: Path, failure) -> None:
    rows(4).save_to_disk(str(tmp_path / "alone"))
    error = failure(tmp_path / "alone", configuration="small")
    assert (error.code, error.hint) == ("DATASET_INVALID", "Leave out dataset.configuration.")


def test_what_save_to_disk_wrote_is_read(tmp_path: Path, open_dataset) -> None:
    rows(4).save_to_disk(str(tmp_path / "alone"))
    datasets.DatasetDict(train=rows(4), test=rows(2)).save_to_disk(str(tmp_path / "splits"))
    assert len(open_dataset(tmp_path / "alone").train.labels) == 4
    sources = open_dataset(tmp_path / "splits", test_split="test")
    assert [len(dataset.labels) for dataset in sources.given()] == [4, 2]


def test_an_unknown_split_is_named_with_those_there_are(hub_layout: Path, tmp_path: Path, failure) -> None:
    error = failure(hub_layout, validation_split="dev")
    assert error.code == "DATASET_INVALID"
    assert "'train', 'test'" in error.message
    assert "dataset.validationSplit" in error.hint
    datasets.DatasetDict(train=rows(4), test=rows(2)).save_to_disk(str(tmp_path / "saved"))
    error = failure(tmp_path / "saved", test_split="eval")
    assert "no split 'eval'; it has train, test" in error.message
    assert "dataset.testSplit" in error.hint


def test_an_unknown_configuration_is_named(hub_layout: Path, failure) -> None:
    error = failure(hub_layout, configuration="small")
    assert "Available: ['default']" in error.message
    assert "dataset.configuration" in error.hint


def test_a_folder_without_data_is_named(tmp_path: Path, failure) -> None:
    (tmp_path / "empty").mkdir()
    assert failure(tmp_path / "empty").code == "DATASET_INVALID"
    assert failure(tmp_path / "nowhere").code == "DATASET_NOT_FOUND"


def test_a_hub_out_of_reach_is_told_of_and_is_not_asked_again(failure, monkeypatch) -> None:
    monkeypatch.setattr(huggingface, "why_unreachable", lambda url: "no answer")
    with socket.create_server(("127.0.0.1", 0)) as hub:
        endpoint = f"http://127.0.0.1:{hub.getsockname()[1]}"
        monkeypatch.setattr("datasets.config.HF_ENDPOINT", endpoint)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
        error = failure("someone/pets")
        hub.setblocking(False)
        with pytest.raises(BlockingIOError):
            hub.accept()
    assert error.code == "DATASET_UNAVAILABLE"
    assert "someone/pets is not on this machine and can't be downloaded: no answer" in error.message
    assert "hf download" in error.hint


def test_a_folder_does_not_stand_in_for_a_name_on_the_hub(hub_layout: Path, failure, monkeypatch) -> None:
    monkeypatch.chdir(hub_layout.parent)
    error = failure("pets")
    assert error.code == "DATASET_INVALID"
    assert error.hint.startswith("Write ./pets ")


def test_a_name_that_the_hub_does_not_have_is_told_of(failure, monkeypatch) -> None:
    def refuse(*args, **options):
        raise datasets.exceptions.DatasetNotFoundError("Dataset 'someone/pets' doesn't exist on the Hub.")

    monkeypatch.setattr(huggingface, "why_unreachable", lambda url: None)
    monkeypatch.setattr(datasets, "load_dataset", refuse)
    error = failure("someone/pets")
    assert error.code == "DATASET_NOT_FOUND"
    assert "hf auth login" in error.hint


def test_what_the_cache_has_is_used_when_the_hub_is_out_of_reach(hub_layout: Path, open_dataset, monkeypatch) -> None:
    load = datasets.load_dataset
    monkeypatch.setattr(huggingface, "why_unreachable", lambda url: "no answer")
    monkeypatch.setattr(datasets, "load_dataset", lambda path, **options: load(str(hub_layout), **options))
    sources = open_dataset("someone/pets")
    assert len(sources.train.labels) == 6
    assert "The hub is out of reach (no answer)" in sources.warnings[0]
