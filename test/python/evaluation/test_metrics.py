"""Metrics against figures worked out by hand, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from twintune.evaluation.metrics import (
    Accumulator,
    calibration_error,
    class_scores,
    confusion_matrix,
    evaluate_logits,
    losses_and_confidences,
    top_accuracy,
)

CLASSES = 9


@pytest.fixture(scope="module")
def predictions() -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of 500 images, right more often than not; class 3 has no image, class 4 is never answered."""
    draw = np.random.default_rng(7)
    labels = draw.choice([0, 1, 2, 4, 5, 6, 7, 8], 500)
    logits = draw.standard_normal((500, CLASSES)) + 2 * np.eye(CLASSES)[labels]
    logits[:, 4] = -10
    return logits.astype(np.float32), labels


def test_a_short_batch_counts_for_what_it_holds() -> None:
    metrics = Accumulator()
    metrics.add(loss=1.0, weight=8, correct=8, count=8)
    metrics.add(loss=4.0, weight=2, correct=0, count=2)
    assert metrics.metrics().loss == pytest.approx((8 * 1.0 + 2 * 4.0) / 10)
    assert metrics.metrics().accuracy == 0.8


def test_cross_entropy_is_the_negative_logarithm_of_the_softmax() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]))
    losses, _ = losses_and_confidences(logits, np.array([0, 1]))
    assert losses == pytest.approx([-math.log(0.7), -math.log(0.1)])


def test_the_loss_is_scikit_learn_s_log_loss(predictions) -> None:
    logits, labels = predictions
    wide = np.exp(logits.astype(np.float64))
    softmax = wide / wide.sum(axis=1, keepdims=True)
    expected = sklearn_metrics.log_loss(labels, softmax, labels=range(CLASSES))
    # Two orders of summation in float64.
    assert evaluate_logits(logits, labels).loss == pytest.approx(expected, rel=1e-12)
    _, confidences = losses_and_confidences(logits, labels)
    assert confidences == pytest.approx(softmax.max(axis=1), rel=1e-12)


def test_large_logits_do_not_overflow() -> None:
    assert evaluate_logits(np.array([[1e4, 0.0]], np.float32), np.array([1])).loss == pytest.approx(1e4)


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert evaluate_logits(np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([1, 1])).accuracy == 0.5


def test_top_five_accuracy_is_scikit_learn_s(predictions) -> None:
    logits, labels = predictions
    expected = sklearn_metrics.top_k_accuracy_score(labels, logits, k=5, labels=range(CLASSES))
    assert evaluate_logits(logits, labels).top_five_accuracy == pytest.approx(expected, abs=1e-15)
    assert evaluate_logits(logits, labels).accuracy == pytest.approx(top_accuracy(logits, labels, 1), abs=1e-15)


def test_of_equal_logits_the_first_class_is_answered_first() -> None:
    logits, labels = np.zeros((3, 6)), np.array([0, 4, 5])
    assert top_accuracy(logits, labels, 1) == pytest.approx(1 / 3)
    assert top_accuracy(logits, labels, 5) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("classes", "top_five"), [(5, None), (6, 1.0)])
def test_top_five_accuracy_is_absent_where_five_answers_can_t_be_wrong(classes: int, top_five: float | None) -> None:
    assert evaluate_logits(np.eye(classes), np.arange(classes)).top_five_accuracy == top_five


def test_the_scores_of_each_class_are_scikit_learn_s(predictions) -> None:
    logits, labels = predictions
    predicted = logits.argmax(axis=1)
    scores = class_scores(predicted, labels, CLASSES)
    expected = sklearn_metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(CLASSES), zero_division=np.nan
    )
    for ours, theirs in zip((scores.precision, scores.recall, scores.f1, scores.support), expected, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-15, nan_ok=True)
    assert np.isnan(scores.precision[4])
    assert np.isnan(scores.recall[3])


def test_macro_f1_is_scikit_learn_s_over_the_classes_that_occur(predictions) -> None:
    logits, labels = predictions
    expected = sklearn_metrics.f1_score(labels, logits.argmax(axis=1), average="macro")
    assert evaluate_logits(logits, labels).macro_f1 == pytest.approx(expected, abs=1e-15)
    # A class that neither has an image nor is answered changes nothing.
    wider = np.concatenate([logits, np.full((len(logits), 1), -99, np.float32)], axis=1)
    assert evaluate_logits(wider, labels).macro_f1 == pytest.approx(expected, abs=1e-15)


def test_the_confusion_matrix_is_scikit_learn_s(predictions) -> None:
    logits, labels = predictions
    predicted = logits.argmax(axis=1)
    expected = sklearn_metrics.confusion_matrix(labels, predicted, labels=range(CLASSES))
    assert np.array_equal(confusion_matrix(predicted, labels, CLASSES), expected)


def test_the_confusion_matrix_has_a_row_and_a_column_for_classes_that_do_not_occur() -> None:
    matrix = confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 4)
    assert matrix.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_the_calibration_error_weighs_each_bin_s_gap_by_its_images() -> None:
    # Two images in the bin up to 14/15 at confidence 0.9, one of them right; two in the last one, both right.
    confidences = np.array([0.9, 0.9, 0.95, 1.0])
    right = np.array([True, False, True, True])
    assert calibration_error(confidences, right) == pytest.approx(0.5 * 0.4 + 0.5 * 0.025, abs=1e-15)


def test_the_bins_of_the_calibration_error_are_fifteen_and_closed_above() -> None:
    # The gaps of 1/15, taken for right, and of 0.07, taken for wrong, would cancel partly in one bin.
    edge = 1 / 15
    assert calibration_error(np.array([edge, 0.07]), np.array([True, False])) == pytest.approx((1 - edge + 0.07) / 2)
    assert calibration_error(np.array([0.07, 0.13]), np.array([True, False])) == pytest.approx((1 - 0.2) / 2)


def test_answers_that_are_certain_and_right_are_calibrated() -> None:
    logits = 1000 * np.eye(3)
    assert evaluate_logits(logits, np.arange(3)).calibration_error == 0
    assert evaluate_logits(logits, np.array([1, 2, 0])).calibration_error == 1
