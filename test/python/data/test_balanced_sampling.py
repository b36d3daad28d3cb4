"""The order in which an epoch draws its training images."""

# Holds the option training.sampler

from __future__ import annotations

import numpy as np
import pytest
from loaders import digest, loader, training_split
from twintune.data.dataset import Split
from twintune.data.sampling import balanced_order, copies_of, epoch_order, training_order
from twintune.features.cached_features import CachedFeatures

UNEVEN = np.repeat([0, 2, 3], [70, 21, 10])


@pytest.fixture
def split(pictures) -> Split:
    whole = training_split(pictures)
    # The first class keeps all of its images, the others three each.
    kept = [np.flatnonzero(whole.labels == label)[: None if label == 0 else 3] for label in np.unique(whole.labels)]
    return Split(whole.dataset, whole.indices[np.concatenate(kept)])


def test_each_class_is_drawn_equally_often_and_each_of_its_images_too() -> None:
    left_over = set()
    for epoch in range(20):
        order = balanced_order(UNEVEN, 0, epoch)
        assert len(order) == len(UNEVEN)
        drawn = np.bincount(UNEVEN[order], minlength=4)
        assert drawn[1] == 0
        assert sorted(drawn[[0, 2, 3]]) == [33, 34, 34]
        left_over.add(int(drawn[[0, 2, 3]].argmin()))
        for label in (0, 2, 3):
            times = np.bincount(order, minlength=len(UNEVEN))[label == UNEVEN]
            assert times.max() - times.min() <= 1
    assert left_over == {0, 1, 2}


def test_a_balanced_order_is_of_seed_and_epoch_and_mixes_the_classes() -> None:
    orders = [balanced_order(UNEVEN, seed, epoch) for seed, epoch in [(0, 0), (0, 1), (1, 0)]]
    assert np.array_equal(orders[0], balanced_order(UNEVEN, 0, 0))
    assert not any(np.array_equal(orders[0], other) for other in orders[1:])
    assert len(set(UNEVEN[orders[0][:32]])) == 3


def test_an_epoch_is_shuffled_unless_it_is_balanced() -> None:
    assert np.array_equal(epoch_order("shuffled", UNEVEN, 3, 5), training_order(len(UNEVEN), 3, 5))
    assert np.array_equal(epoch_order("balanced", UNEVEN, 3, 5), balanced_order(UNEVEN, 3, 5))


def test_more_classes_than_images_of_an_epoch_are_drawn_in_turn() -> None:
    assert sorted(balanced_order(np.arange(5), 0, 0)) == [0, 1, 2, 3, 4]


def test_copies_count_how_often_an_image_was_drawn_before() -> None:
    assert copies_of(np.array([4, 1, 4, 4, 0, 1])).tolist() == [0, 0, 1, 2, 0, 1]
    assert not copies_of(training_order(50, 0, 0)).any()


def test_an_epoch_that_is_entered_within_goes_on_with_the_same_batches(split) -> None:
    balanced = loader(sampler="balanced", horizontalFlip=0.5, rotation=20)
    whole, rest = list(balanced.training_batches(split, 3)), list(balanced.training_batches(split, 3, start_step=1))
    assert digest(rest) == digest(whole[1:])


def test_an_image_that_is_drawn_again_is_augmented_anew(split) -> None:
    batches = list(loader(sampler="balanced", rotation=20).training_batches(split, 0))
    positions = np.concatenate([batch.positions for batch in batches])
    images = np.concatenate([batch.inputs for batch in batches])
    labels = np.concatenate([batch.labels for batch in batches])
    assert np.array_equal(labels, split.labels[positions])
    position = int(np.bincount(positions).argmax())
    copies = images[positions == position]
    assert len(copies) > 1
    assert len({copy.tobytes() for copy in copies}) == len(copies)


@pytest.mark.parametrize("wanted", [{}, {"rotation": 20, "views": 2}], ids=["plain", "views"])
def test_features_come_in_the_order_and_view_of_the_images(split, wanted: dict) -> None:
    balanced = loader(sampler="balanced", **wanted)
    features = CachedFeatures(seed=0, batch_size=8, sampler="balanced")
    for view in range(wanted.get("views", 1)):
        features.put(split, np.concatenate([batch.inputs for batch in balanced.view_batches(split, view)]))
    for epoch in range(3):
        assert digest(features.training_batches(split, epoch)) == digest(balanced.training_batches(split, epoch))
