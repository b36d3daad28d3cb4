"""The loss that the coefficients make, against PyTorch's and scikit-learn's own."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.data.targets import TargetEncoder, balanced_class_weights, encode_targets, one_hot

torch = pytest.importorskip("torch")

CLASSES = 4
LABELS = np.array([0, 3, 1, 1, 2, 0])
WEIGHTS = np.array([0.5, 2.0, 1.0, 3.0])
# Our loss and PyTorch's both sum a few dozen terms in float64.
TOLERANCE = 1e-14


def our_loss(targets: np.ndarray, weights: np.ndarray, smoothing: float, logits) -> float:
    encoded = encode_targets(targets, weights, smoothing, "float64")
    log_softmax = torch.log_softmax(logits, dim=1).numpy()
    return -(encoded.coefficients * log_softmax).sum() / encoded.weight


def logits(images: int):
    return torch.from_numpy(np.random.default_rng(0).normal(size=(images, CLASSES)))


# Holds the options training.labelSmoothing, training.classWeights
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weights", [np.ones(CLASSES), WEIGHTS], ids=["unweighted", "weighted"])
def test_the_loss_of_labels_is_pytorch_s(weights: np.ndarray, smoothing: float) -> None:
    theirs = torch.nn.CrossEntropyLoss(weight=torch.from_numpy(weights), label_smoothing=smoothing)
    expected = theirs(logits(len(LABELS)), torch.from_numpy(LABELS)).item()
    ours = our_loss(one_hot(LABELS, CLASSES), weights, smoothing, logits(len(LABELS)))
    assert ours == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_of_mixed_targets_is_pytorch_s(smoothing: float) -> None:
    targets = 0.7 * one_hot(LABELS, CLASSES) + 0.3 * one_hot(LABELS[::-1], CLASSES)
    theirs = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    expected = theirs(logits(len(LABELS)), torch.from_numpy(targets)).item()
    ours = our_loss(targets, np.ones(CLASSES), smoothing, logits(len(LABELS)))
    assert ours == pytest.approx(expected, rel=TOLERANCE)


def test_a_mixed_image_counts_as_the_class_with_the_largest_share() -> None:
    targets = 0.4 * one_hot(np.array([0, 1]), CLASSES) + 0.6 * one_hot(np.array([2, 3]), CLASSES)
    assert encode_targets(targets, np.ones(CLASSES), 0.0, "float64").labels.tolist() == [2, 3]


def test_the_weight_of_a_mixed_image_is_shared_as_its_classes_are() -> None:
    targets = 0.25 * one_hot(np.array([0]), CLASSES) + 0.75 * one_hot(np.array([3]), CLASSES)
    assert encode_targets(targets, WEIGHTS, 0.1, "float64").weight == pytest.approx(0.25 * 0.5 + 0.75 * 3.0)


def test_coefficients_have_the_dtype_that_is_asked_for() -> None:
    encoded = encode_targets(one_hot(LABELS, CLASSES), WEIGHTS, 0.1, "float32")
    assert encoded.coefficients.dtype == np.float32
    assert encoded.labels.dtype == np.int64


def test_balanced_weights_let_every_class_count_the_same() -> None:
    weights = balanced_class_weights(LABELS, CLASSES)
    # scikit-learn's formula: images / (classes * images of the class).
    assert weights == pytest.approx([6 / (4 * 2), 6 / (4 * 2), 6 / (4 * 1), 6 / (4 * 1)])
    assert weights[LABELS].sum() == pytest.approx(len(LABELS))


def test_a_class_without_images_has_no_weight() -> None:
    assert balanced_class_weights(np.array([0, 0, 2]), 3).tolist() == [0.5, 0.0, 1.0]


@pytest.mark.parametrize(
    ("class_weights", "expected"), [("balanced", balanced_class_weights(LABELS, CLASSES)), ("none", np.ones(CLASSES))]
)
def test_classes_are_weighted_where_it_is_asked_for(make_request, class_weights: str, expected: np.ndarray) -> None:
    training = make_request("pytorch", training={"classWeights": class_weights}).training
    assert TargetEncoder(LABELS, CLASSES, training).class_weights.tolist() == expected.tolist()
