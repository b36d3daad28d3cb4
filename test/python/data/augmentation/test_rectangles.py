"""Random rectangles: within the image, and as torchvision spreads them."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.data.augmentation.rectangles import draw_rectangle


def rectangles(image, scale, ratio, largest=None, draws: int = 3000) -> np.ndarray:
    """Left, top, width and height of each draw that fits."""
    draw = np.random.default_rng(7)
    drawn = (draw_rectangle(image, scale, ratio, largest or image, draw) for _ in range(draws))
    return np.array([rectangle for rectangle in drawn if rectangle is not None])


def test_rectangles_lie_within_the_image_and_reach_its_edges() -> None:
    left, top, width, height = rectangles((60, 40), (0.05, 1), (0.5, 2)).T
    assert left.min() == 0 and top.min() == 0
    assert (left + width).max() == 60 and (top + height).max() == 40
    assert width.min() > 0 and height.min() > 0


def test_the_ratio_is_width_by_height() -> None:
    _, _, width, height = rectangles((100, 100), (0.1, 0.2), (2, 3)).T
    assert np.all(width > height)


def test_areas_and_ratios_are_spread_as_torchvision_spreads_them() -> None:
    import torch
    from torchvision.transforms import RandomResizedCrop

    torch.manual_seed(0)
    image, scale, ratio = torch.zeros(3, 375, 500), (0.08, 1.0), (3 / 4, 4 / 3)
    theirs = np.array([RandomResizedCrop.get_params(image, list(scale), list(ratio)) for _ in range(3000)])
    _, _, width, height = rectangles((500, 375), scale, ratio).T
    quantiles = np.linspace(0.05, 0.95, 10)
    for ours, expected, tolerance in [
        (width * height / 187500, theirs[:, 2] * theirs[:, 3] / 187500, 0.04),
        (np.log(width / height), np.log(theirs[:, 3] / theirs[:, 2]), 0.03),
    ]:
        # Quantiles of two samples of 3000: three of their standard deviations.
        assert np.quantile(ours, quantiles) == pytest.approx(np.quantile(expected, quantiles), abs=tolerance)


def test_a_rectangle_is_no_larger_than_it_may_be() -> None:
    _, _, width, height = rectangles((30, 30), (0.9, 1), (0.9, 1.1), largest=(29, 29)).T
    assert width.max() == 29 and height.max() == 29


def test_there_is_none_where_none_fits() -> None:
    assert len(rectangles((40, 4), (1, 1), (0.9, 1.1), draws=20)) == 0
