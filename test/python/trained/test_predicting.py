"""Predictions of image files: what can't be read is told, and the others are predicted all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from twintune.data.names import EXTENSIONS
from twintune.errors import TwintuneError
from twintune.model.model_file import model_file_of
from twintune.protocol import LoadModelRequest, PredictRequest
from twintune.trained import predicting
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

digests: dict[str, str] = {}
"""The hashes of the models that the runs reported, by the folders of the runs."""


@pytest.fixture(scope="module")
def trained(make_request_in, tmp_path_factory: pytest.TempPathFactory) -> Path:
    request = make_request_in(tmp_path_factory.mktemp("trained"), "pytorch")
    digests[request.run_directory] = run(request, lambda report: None).model_digest
    return Path(request.run_directory)


@pytest.fixture
def loaded(trained: Path) -> None:
    digest = digests[str(trained)]
    predicting.load_model(LoadModelRequest(file=str(model_file_of(trained)), digest=digest, device="cpu"))


def test_the_model_of_another_run_is_refused(trained: Path) -> None:
    request = LoadModelRequest(file=str(model_file_of(trained)), digest="another", device="cpu")
    with pytest.raises(TwintuneError, match="another model than the one that the run ended with") as raised:
        predicting.load_model(request)
    assert raised.value.code == "MODEL_UNUSABLE"


@pytest.fixture
def photos(pictures: Path) -> list[str]:
    return sorted(str(file) for file in (pictures / "test").rglob("*") if file.suffix in EXTENSIONS)


def predict(images: list[str], top: int = 1, batch_size: int = 4):
    return predicting.predict(PredictRequest(images, top, batch_size)).predictions


def test_the_most_probable_classes_come_first_and_all_add_up_to_1(loaded: None, photos: list[str]) -> None:
    for each in predict(photos, top=99):
        probabilities = [choice.probability for choice in each.top]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1)
        assert len({choice.class_ for choice in each.top}) == len(each.top) == 3


def test_no_more_classes_come_than_are_asked_for(loaded: None, photos: list[str]) -> None:
    assert {len(each.top) for each in predict(photos, top=2)} == {2}


def test_an_image_that_can_t_be_read_is_told_and_changes_no_other(loaded: None, photos: list[str], tmp_path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    missing = str(tmp_path / "missing.png")
    alone = predict(photos[:2], top=3)
    mixed = predict([str(broken), photos[0], missing, photos[1], "/with\0null", str(tmp_path)], top=3)
    assert [each.problem is None for each in mixed] == [False, True, False, True, False, False]
    assert (mixed[2].problem, mixed[0].top) == ("there is no such file", [])
    assert "PNG" in (mixed[0].problem or "")
    for ours, theirs in zip((mixed[1], mixed[3]), alone, strict=True):
        assert [each.class_ for each in ours.top] == [each.class_ for each in theirs.top]
        assert np.allclose([e.probability for e in ours.top], [e.probability for e in theirs.top])


def test_nothing_is_predicted_before_a_model_is_loaded(monkeypatch: pytest.MonkeyPatch, photos: list[str]) -> None:
    monkeypatch.setattr(predicting, "_loaded", [])
    with pytest.raises(TwintuneError, match="before a model was loaded"):
        predict(photos)
