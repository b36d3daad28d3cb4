"""Random erasing."""

# Holds the option augmentation.randomErasing

from __future__ import annotations

import numpy as np
import pytest
from twintune.data.augmentation.erasing import RandomErasing

ONES = np.ones((40, 60, 3), np.float32)


def erased(probability: float, scale=(0.1, 0.3), ratio=(0.5, 2.0), draws: int = 500) -> list[np.ndarray]:
    """The mask of the erased pixels in each of some draws, of shape [height, width]."""
    draw, erasing = np.random.default_rng(8), RandomErasing(probability, scale, ratio)
    return [erasing(ONES.copy(), draw).sum(axis=2) == 0 for _ in range(draws)]


def test_what_is_erased_is_one_rectangle_of_the_mean_colour_in_all_channels() -> None:
    for mask in erased(1.0):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        assert mask.sum() == len(rows) * len(columns) > 0
        assert np.all(np.diff(rows) == 1) and np.all(np.diff(columns) == 1)


def test_areas_keep_to_their_range() -> None:
    areas = np.array([mask.mean() for mask in erased(1.0)])
    # Sides are rounded to whole pixels: half a pixel of 11 at least.
    assert 0.1 * 0.95 < areas.min() < 0.12 and 0.28 < areas.max() < 0.3 * 1.05


def test_probability_zero_never_erases_one_always_and_others_as_often() -> None:
    assert not np.any(erased(0.0))
    assert all(mask.any() for mask in erased(1.0))
    # A standard deviation is 0.01.
    assert np.mean([mask.any() for mask in erased(0.25, draws=2000)]) == pytest.approx(0.25, abs=0.04)


def test_an_image_is_never_erased_from_side_to_side() -> None:
    # No rectangle of this area is smaller than the image both ways, so the image stays as it is, as in torchvision.
    assert not np.any(erased(1.0, scale=(1.0, 1.0), ratio=(1.5, 1.5)))
