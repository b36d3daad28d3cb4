"""The disagreement of two models is found from the predictions that their runs keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pictures import write_pictures
from PIL import Image
from scipy.stats import binom
from twintune.data.splits import open_splits
from twintune.errors import Cancelled, TwintuneError
from twintune.evaluation.disagreement import compare_predictions, mcnemar_p
from twintune.model.tensor_files import save_sealed
from twintune.protocol import ComparePredictionsRequest, ComparePredictionsResult, ImageFolder, ListingRequest

CLASSES = ["class0", "class1", "class2"]


@pytest.fixture
def dataset(tmp_path: Path) -> ImageFolder:
    return ImageFolder(
        train=str(write_pictures(tmp_path / "train")),
        test=str(write_pictures(tmp_path / "test", each=2, size=200, series=1)),
        validation_fraction=0.0,
        test_fraction=0.0,
        image_size=33,
        on_corrupt="fail",
        resize="squash",
        cache_decoded="none",
    )


def listing(dataset: ImageFolder, folder: Path, thumbnails: int = 24) -> ListingRequest:
    membership = open_splits(dataset, None, str(folder / "cache"), lambda done, total: None).membership
    return ListingRequest(
        CLASSES, dataset, None, str(folder / "cache"), membership, str(folder / "thumbnails"), thumbnails
    )


def logits_of(probabilities: list[list[float]]) -> np.ndarray:
    return np.log(probabilities).astype(np.float32)


def compare(
    folder: Path,
    first: np.ndarray,
    second: np.ndarray,
    labels: list[int],
    asked: ListingRequest | None = None,
    labels_of_second: list[int] | None = None,
    emit: Callable[[object], None] = lambda report: None,
) -> ComparePredictionsResult:
    files = [folder / "first.safetensors", folder / "second.safetensors"]
    for file, logits, truth in zip(files, (first, second), (labels, labels_of_second or labels), strict=True):
        save_sealed({"logits": logits, "labels": np.array(truth)}, file)
    request = ComparePredictionsRequest(str(files[0]), str(files[1]), asked)
    return compare_predictions(request, emit)


# Two images a class: both models are right about the first two, then only the first is, then only the second; the fifth
# they take for different wrong classes, and the sixth for the same one.
LABELS = [0, 0, 1, 1, 2, 2]
FIRST = logits_of([[0.8, 0.1, 0.1]] * 2 + [[0.01, 0.98, 0.01]] + [[0.9, 0.05, 0.05]] * 2 + [[0.1, 0.8, 0.1]])
SECOND = logits_of([[0.7, 0.2, 0.1]] * 2 + [[0.1, 0.4, 0.5]] + [[0.1, 0.8, 0.1]] * 3)


def test_the_images_are_counted_by_which_model_is_right(tmp_path: Path) -> None:
    result = compare(tmp_path, FIRST, SECOND, LABELS)
    assert (result.images, result.different) == (6, 3)
    assert (result.both_right, result.only_first_right, result.only_second_right, result.both_wrong) == (2, 1, 1, 2)
    assert result.p_value == 1
    assert result.listed == []


def test_every_disagreement_is_listed_with_both_answers_the_most_certain_first(
    tmp_path: Path, dataset: ImageFolder
) -> None:
    result = compare(tmp_path, FIRST, SECOND, LABELS, listing(dataset, tmp_path))
    # The less certain of the two gives 0.8, 0.8 and 0.5; equal ones stay in the order of the test.
    assert [image.position for image in result.listed] == [3, 4, 2]
    last = result.listed[-1]
    assert last.image == str(tmp_path / "test" / "class1" / "0.png")
    assert (last.label, last.first.predicted, last.second.predicted) == ("class1", "class1", "class2")
    # Softmax in float64 of logits that were rounded to float32: about 6e-8 of each.
    assert (last.first.probability, last.second.probability) == pytest.approx((0.98, 0.5), rel=2e-7)
    assert result.problem is None


def test_the_thumbnails_are_the_images_themselves_at_most_96_pixels_long(tmp_path: Path, dataset: ImageFolder) -> None:
    asked = listing(dataset, tmp_path, thumbnails=2)
    stale = tmp_path / "thumbnails" / "0000.png"
    stale.parent.mkdir()
    stale.touch()
    result = compare(tmp_path, FIRST, SECOND, LABELS, asked)
    assert [image.thumbnail for image in result.listed] == ["0003.png", "0004.png", None]
    assert sorted(file.name for file in stale.parent.iterdir()) == ["0003.png", "0004.png"]
    with Image.open(stale.parent / "0003.png") as thumbnail, Image.open(tmp_path / "test/class1/1.png") as original:
        assert thumbnail.size == (96, 96)
        # The pictures are squares of noise: the mean brightness tells the classes apart.
        assert np.asarray(thumbnail).mean() == pytest.approx(np.asarray(original).mean(), abs=1)


def test_a_small_image_is_not_enlarged(tmp_path: Path, dataset: ImageFolder) -> None:
    small = Image.open(tmp_path / "test/class1/1.png").resize((20, 10))
    small.save(tmp_path / "test/class1/1.png")
    compare(tmp_path, FIRST, SECOND, LABELS, listing(dataset, tmp_path))
    assert Image.open(tmp_path / "thumbnails/0003.png").size == (20, 10)


def test_data_that_are_gone_or_were_changed_cost_the_images_and_not_the_counts(
    tmp_path: Path, dataset: ImageFolder
) -> None:
    asked = listing(dataset, tmp_path)
    (tmp_path / "test/class0/1.png").rename(tmp_path / "test/class0/other.png")
    changed = compare(tmp_path, FIRST, SECOND, LABELS, asked)
    assert changed.problem == "The data are no longer those that the runs were tested on."
    (tmp_path / "test").rename(tmp_path / "elsewhere")
    gone = compare(tmp_path, FIRST, SECOND, LABELS, asked)
    assert str(tmp_path / "test") in (gone.problem or "")
    for result in (changed, gone):
        assert result.different == 3
        assert [(image.position, image.image, image.thumbnail) for image in result.listed] == [
            (3, None, None),
            (4, None, None),
            (2, None, None),
        ]


def test_models_that_agree_about_every_image_need_no_look_at_the_data(tmp_path: Path, dataset: ImageFolder) -> None:
    asked = listing(dataset, tmp_path)
    (tmp_path / "test").rename(tmp_path / "elsewhere")
    result = compare(tmp_path, FIRST, FIRST, LABELS, asked)
    assert (result.different, result.listed, result.problem) == (0, [], None)


def test_who_cancels_while_the_data_are_looked_at_gets_no_answer(tmp_path: Path, dataset: ImageFolder) -> None:
    def cancel(report: object) -> None:
        raise Cancelled

    asked = ListingRequest(CLASSES, dataset, None, str(tmp_path / "cache"), "", str(tmp_path / "thumbnails"), 24)
    with pytest.raises(Cancelled):
        compare(tmp_path, FIRST, SECOND, LABELS, asked, emit=cancel)


def test_predictions_of_other_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TwintuneError, match="not of the same images in the same order") as refused:
        compare(tmp_path, FIRST, SECOND, LABELS, labels_of_second=[0, 0, 1, 1, 2, 1])
    assert refused.value.code == "PREDICTIONS_UNUSABLE"


@pytest.mark.parametrize("content", [None, b"torn"])
def test_predictions_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "predictions.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(TwintuneError, match="can't be read") as refused:
        compare_predictions(ComparePredictionsRequest(str(file), str(file), None), lambda report: None)
    assert refused.value.code == "PREDICTIONS_UNUSABLE"


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 6), (1, 7), (9, 2), (5, 5), (14, 11)])
def test_mcnemars_test_is_the_binomial_one_of_the_images_that_one_model_alone_is_right_about(
    only_first: int, only_second: int
) -> None:
    discordant = only_first + only_second
    one_sided = binom.cdf(min(only_first, only_second), discordant, 0.5)
    # The distribution is symmetric, so that the two-sided value is twice the smaller tail, at most 1.
    assert mcnemar_p(only_first, only_second) == pytest.approx(min(1.0, 2 * one_sided), rel=1e-12)


def test_models_that_are_right_about_the_same_images_have_nothing_to_test() -> None:
    assert mcnemar_p(0, 0) == 1
