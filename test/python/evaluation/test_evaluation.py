"""The test in detail, as the run's folder keeps it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file
from twintune.data.dataset import Split
from twintune.evaluation.evaluation import describe_evaluation, find_misreported, save_evaluation
from twintune.evaluation.metrics import evaluate_logits
from twintune.model.tensor_files import load_sealed
from twintune.protocol import CalibrationBin, Evaluation

CLASSES = ["cat", "dog", "owl"]


class Pictures:
    """A data set of as many images as there are labels, with nothing in them."""

    classes = CLASSES
    warnings: tuple[str, ...] = ()

    def __init__(self, labels: list[int]) -> None:
        self.labels = np.array(labels)
        self.identities = [str(index) for index in range(len(labels))]

    def read(self, index: int) -> bytes:
        return b""

    def describe(self, index: int) -> str:
        return f"picture {index}"


def split_of(labels: list[int], indices: list[int] | None = None) -> Split:
    return Split(Pictures(labels), np.array(range(len(labels)) if indices is None else indices))


def test_rows_of_the_confusion_matrix_are_labels_and_columns_answers() -> None:
    logits = np.log([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]])
    evaluation = describe_evaluation(logits, split_of([0, 0, 1]), CLASSES)
    assert evaluation.confusion == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    cat, dog, owl = evaluation.per_class
    assert (cat.name, cat.precision, cat.recall, cat.support) == ("cat", 1.0, 0.5, 2)
    assert (dog.precision, dog.recall) == (0.5, 1.0)
    assert (cat.f1, dog.f1) == pytest.approx((2 / 3, 2 / 3))
    # A score whose denominator is 0 is absent, not zero.
    assert (owl.precision, owl.recall, owl.f1, owl.support) == (None, None, None, 0)


def test_the_top_losses_say_where_the_image_is_and_what_it_was_taken_for() -> None:
    logits = np.log([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.05, 0.05, 0.9]])
    # The images of the split are the data set's in another order.
    evaluation = describe_evaluation(logits, split_of([2, 0, 0], indices=[1, 2, 0]), CLASSES)
    worst, *others = evaluation.top_losses
    assert (worst.image, worst.label, worst.predicted) == ("picture 2", "cat", "dog")
    assert (worst.probability, worst.loss) == pytest.approx((0.7, -np.log(0.2)))
    assert [loss.image for loss in others] == ["picture 1", "picture 0"]


def test_answers_are_counted_by_their_probability_as_the_calibration_error_has_them() -> None:
    logits = np.random.default_rng(3).standard_normal((40, 3))
    labels = [index % 3 for index in range(40)]
    bins = describe_evaluation(logits, split_of(labels), CLASSES).calibration
    # The answer of three classes has at least a third.
    assert [each.images == 0 for each in bins[:5]] == [True] * 5
    assert (bins[0].confidence, bins[0].accuracy) == (None, None)
    assert sum(each.images for each in bins) == 40
    for at, each in enumerate(bins):
        assert each.confidence is None or at / 15 < each.confidence <= (at + 1) / 15
    gaps = [each.images * abs((each.accuracy or 0) - (each.confidence or 0)) for each in bins]
    assert sum(gaps) / 40 == pytest.approx(evaluate_logits(logits, np.array(labels)).calibration_error)


def test_there_are_twenty_top_losses_at_most() -> None:
    logits = np.tile([[3.0, 0.0, 0.0]], (30, 1))
    logits[::2, 0] = 4
    evaluation = describe_evaluation(logits, split_of([1] * 30), CLASSES)
    # The larger losses first, and equal ones in the order of the split.
    assert [loss.image for loss in evaluation.top_losses] == [
        f"picture {index}" for index in [*range(0, 30, 2), 1, 3, 5, 7, 9]
    ]


def test_what_is_saved_is_enough_to_compute_every_metric_again(tmp_path: Path) -> None:
    logits = np.random.default_rng(3).standard_normal((10, 3)).astype(np.float32)
    split = split_of([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    save_evaluation(logits, split, CLASSES, tmp_path, "0f")
    saved = load_file(tmp_path / "predictions.safetensors")
    assert evaluate_logits(saved["logits"], saved["labels"]) == evaluate_logits(logits, split.labels)
    assert load_sealed(tmp_path / "predictions.safetensors").metadata == {
        "data": "0f",
        "classes": '["cat","dog","owl"]',
    }
    evaluation = msgspec.json.decode((tmp_path / "evaluation.json").read_bytes(), type=Evaluation)
    assert evaluation == describe_evaluation(logits, split, CLASSES)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "evaluation.json",
        "predictions.csv",
        "predictions.safetensors",
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"classes": ["dog", "cat", "owl"]}, "classes"),
        ({"confusion": [[0, 1, 0], [0, 1, 0], [0, 0, 1]]}, "confusion matrix"),
        ({"per_class": []}, "scores of classes"),
        ({"top_losses": []}, "top losses"),
        ({"calibration": [CalibrationBin(images=3, confidence=1.0, accuracy=0.5)]}, "calibration"),
    ],
)
def test_a_part_that_is_not_what_the_logits_come_to_is_named(change: dict, part: str) -> None:
    expected = describe_evaluation(np.eye(3), split_of([0, 1, 2]), CLASSES)
    assert find_misreported(msgspec.json.decode(msgspec.json.encode(expected), type=Evaluation), expected) == []
    assert find_misreported(msgspec.structs.replace(expected, **change), expected) == [part]


def test_a_score_may_have_other_last_digits_and_no_others() -> None:
    expected = describe_evaluation(np.eye(3), split_of([0, 1, 2]), CLASSES)
    first, *others = expected.top_losses
    for factor, named in ((1 + 1e-12, []), (1 + 1e-6, ["top losses"])):
        changed = [msgspec.structs.replace(first, loss=first.loss * factor), *others]
        assert find_misreported(msgspec.structs.replace(expected, top_losses=changed), expected) == named
