"""Metrics against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from twintune.metrics import Accumulator, cross_entropy, evaluate_logits


def test_a_short_batch_counts_for_what_it_holds() -> None:
    metrics = Accumulator()
    metrics.add(loss=1.0, weight=8, correct=8, count=8)
    metrics.add(loss=4.0, weight=2, correct=0, count=2)
    assert metrics.metrics().loss == pytest.approx((8 * 1.0 + 2 * 4.0) / 10)
    assert metrics.metrics().accuracy == 0.8


def test_cross_entropy_is_the_negative_logarithm_of_the_softmax() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]))
    assert cross_entropy(logits, np.array([0, 1])) == pytest.approx([-math.log(0.7), -math.log(0.1)])


def test_large_logits_do_not_overflow() -> None:
    assert evaluate_logits(np.array([[1e4, 0.0]], np.float32), np.array([1])).loss == pytest.approx(1e4)


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert evaluate_logits(np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([1, 1])).accuracy == 0.5
