"""Data that seeds are added on are held against those of a finished run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from pictures import write_pictures
from twintune.data.splits import open_splits
from twintune.errors import TwintuneError
from twintune.evaluation.evaluation import DATA
from twintune.evaluation.same_data import check_data
from twintune.model.tensor_files import save_sealed
from twintune.protocol import CheckDataRequest, ImageFolder


@pytest.fixture
def request_of_run(tmp_path: Path) -> CheckDataRequest:
    """The request for the data that a run, whose predictions are written here, was of."""
    dataset = ImageFolder(
        train=str(write_pictures(tmp_path / "train")),
        test=str(write_pictures(tmp_path / "test", each=2, series=1)),
        validation_fraction=0.0,
        test_fraction=0.0,
        image_size=33,
        resize="squash",
        on_corrupt="fail",
        cache_decoded="none",
    )
    splits = open_splits(dataset, None, str(tmp_path / "cache"), lambda done, total: None)
    file = tmp_path / "predictions.safetensors"
    logits = np.zeros((len(splits.test), len(splits.classes)), np.float32)
    save_sealed({"logits": logits, "labels": splits.test.labels}, file, {DATA: splits.digest})
    return CheckDataRequest(dataset, None, str(tmp_path / "cache"), str(file), splits.membership)


def problem(request: CheckDataRequest) -> str | None:
    return check_data(request, lambda report: None).problem


def images_of(folder: str | None) -> list[Path]:
    assert folder is not None
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def test_the_same_images_have_no_problem(request_of_run: CheckDataRequest):
    assert problem(request_of_run) is None


def test_an_image_with_other_contents_is_noticed(request_of_run: CheckDataRequest):
    first, second, *_ = images_of(request_of_run.dataset.train)
    shutil.copy(second, first)
    assert problem(request_of_run) == "Images have the same names and classes as before, and other contents."


def test_a_test_image_less_is_counted(request_of_run: CheckDataRequest):
    images = images_of(request_of_run.dataset.test)
    images[0].unlink()
    found = problem(request_of_run)
    assert found is not None and f"the test had {len(images)} of them, and has {len(images) - 1} now" in found


def test_damaged_predictions_are_a_failure(request_of_run: CheckDataRequest):
    Path(request_of_run.predictions).write_bytes(b"none")
    with pytest.raises(TwintuneError) as raised:
        problem(request_of_run)
    assert raised.value.code == "PREDICTIONS_UNUSABLE"
