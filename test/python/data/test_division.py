"""Images are divided by their hashes alone, but for classes that are too small to be left to chance."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.data.division import assign, unit_hash
from twintune.protocol import SplitName

FRACTIONS: dict[SplitName, float] = {"test": 0.2, "validation": 0.2}


def counts(places: list[float], labels: list[int], **options) -> dict[str, list[int]]:
    """The number of images of each class in each split."""
    readable = options.get("readable", np.ones(len(places), bool))
    chosen = assign(np.array(places), np.array(labels), readable, options.get("fractions", FRACTIONS))
    assert (np.sum(list(chosen.values()), axis=0) == readable).all()
    return {name: np.bincount(np.array(labels)[of], minlength=max(labels) + 1).tolist() for name, of in chosen.items()}


def test_a_large_class_is_divided_by_the_hash_alone() -> None:
    places = [0.1, 0.19, 0.2, 0.39, 0.4, 0.9]
    assert counts(places, [0] * 6) == {"test": [2], "validation": [2], "train": [2]}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([0.8], {"train": 1, "test": 0, "validation": 0}),
        ([0.1], {"train": 1, "test": 0, "validation": 0}),
        ([0.1, 0.15], {"train": 1, "test": 1, "validation": 0}),
        ([0.7, 0.9], {"train": 1, "test": 1, "validation": 0}),
        ([0.3, 0.35], {"train": 1, "test": 1, "validation": 0}),
        ([0.7, 0.8, 0.9], {"train": 1, "test": 1, "validation": 1}),
        ([0.1, 0.11, 0.12, 0.13], {"train": 1, "test": 2, "validation": 1}),
        ([0.1, 0.6, 0.7, 0.8, 0.9], {"train": 3, "test": 1, "validation": 1}),
    ],
)
def test_a_small_class_is_in_as_many_splits_as_it_has_images_for(places: list[float], expected: dict) -> None:
    many = np.linspace(0, 0.99, 50).tolist()
    found = counts([*many, *places], [0] * 50 + [1] * len(places))
    assert {name: split[1] for name, split in found.items()} == expected
    assert {name: split[0] for name, split in found.items()} == {"test": 10, "validation": 10, "train": 30}


def test_the_images_that_lie_nearest_go_into_a_split_that_a_class_would_not_be_in() -> None:
    places = np.array([0.9, 0.5, 0.7, 0.6])
    chosen = assign(places, np.zeros(4, int), np.ones(4, bool), FRACTIONS)
    assert {name: places[of].tolist() for name, of in chosen.items()} == {
        "test": [0.5],
        "validation": [0.6],
        "train": [0.9, 0.7],
    }


def test_images_of_one_content_stay_in_one_split() -> None:
    places = [0.5, 0.5, 0.5, 0.7]
    assert counts(places, [0] * 4) == {"test": [3], "validation": [0], "train": [1]}


def test_an_image_that_can_not_be_decoded_is_in_no_split() -> None:
    readable = np.array([False, True, True, True])
    assert counts([0.1, 0.5, 0.6, 0.7], [0] * 4, readable=readable) == {"test": [1], "validation": [1], "train": [1]}


def test_only_the_splits_that_are_asked_for_are_split_off() -> None:
    assert counts([0.1, 0.5], [0, 1], fractions={}) == {"train": [1, 1]}
    assert counts([0.5, 0.6], [0, 0], fractions={"validation": 0.2, "test": 0.0}) == {"validation": [1], "train": [1]}


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_the_hash_spreads_evenly(seed: int | None) -> None:
    values = [unit_hash(f"image-{number}.png", seed) for number in range(10_000)]
    # The share below 0.2 has a standard deviation of 0.004; five of them.
    assert abs(np.mean(np.array(values) < 0.2) - 0.2) < 0.02


def test_a_name_that_is_not_utf8_has_a_hash_too() -> None:
    assert 0 <= unit_hash("class/\udcff.png", None) < 1
