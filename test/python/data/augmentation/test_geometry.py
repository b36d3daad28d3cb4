"""Crop, flips and rotation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pictures import numbers, photograph
from PIL import Image
from twintune.data.augmentation import geometry
from twintune.data.augmentation.geometry import Flip, RandomResizedCrop, Rotation


def cut_parts(monkeypatch, crop: RandomResizedCrop, image: Image.Image, draws: int) -> list[tuple[int, int]]:
    """Width and height of the part that each of so many draws cuts out."""
    sizes: list[tuple[int, int]] = []

    def note(part: Image.Image, size: int, interpolation: str) -> Image.Image:
        sizes.append(part.size)
        return part

    monkeypatch.setattr(geometry, "resize", note)
    draw = np.random.default_rng(2)
    for _ in range(draws):
        crop(image, draw)
    return sizes


# Holds the option augmentation.randomResizedCrop
def test_a_crop_is_torchvision_s_resized_crop_of_the_rectangle_drawn(monkeypatch) -> None:
    from torchvision.transforms import InterpolationMode, functional

    monkeypatch.setattr(geometry, "draw_rectangle", lambda *_: (5, 3, 21, 30))
    for name in ("bilinear", "bicubic"):
        ours = RandomResizedCrop((0.1, 1), (0.5, 2), 33, name)(photograph(), np.random.default_rng(0))
        expected = functional.resized_crop(photograph(), 3, 5, 30, 21, [33, 33], InterpolationMode(name))
        assert np.array_equal(numbers(ours), numbers(expected))


def test_crops_keep_to_their_areas_and_ratios(monkeypatch) -> None:
    image = Image.new("RGB", (500, 375))
    sizes = cut_parts(monkeypatch, RandomResizedCrop((0.2, 0.5), (0.75, 4 / 3), 32, "bilinear"), image, 1000)
    areas = np.array([width * height for width, height in sizes]) / (500 * 375)
    ratios = np.array([width / height for width, height in sizes])
    # Sides are rounded to whole pixels: half a pixel of 165 at least.
    assert 0.2 * 0.993 < areas.min() < 0.21
    assert 0.49 < areas.max() < 0.5 * 1.007
    assert 0.75 * 0.993 < ratios.min() < 0.76
    assert 1.31 < ratios.max() < 4 / 3 * 1.007


def test_an_image_that_no_crop_fits_gives_its_middle(monkeypatch) -> None:
    # torchvision's fallback; no width of three quarters of the height or more fits into a narrow strip.
    for size, part in [((4, 400), (4, 5)), ((400, 4), (5, 4)), ((1, 1), (1, 1))]:
        image = photograph(*size)
        draws = cut_parts(monkeypatch, RandomResizedCrop((1, 1), (0.75, 4 / 3), 32, "bilinear"), image, 20)
        assert set(draws) == {part}


def test_the_middle_is_where_torchvision_cuts_it(monkeypatch) -> None:
    from torchvision.transforms import RandomResizedCrop as Theirs

    for size in [(7, 401), (401, 7), (30, 30)]:
        top, left, height, width = Theirs.get_params(photograph(*size), [9.0, 9.0], [0.75, 4 / 3])
        ours = RandomResizedCrop((1, 1), (0.75, 4 / 3), 8, "bilinear")._middle(*size)
        assert ours == (left, top, width, height)


@pytest.mark.parametrize(("direction", "mirrored"), [("horizontal", np.fliplr), ("vertical", np.flipud)])
def test_a_flip_of_probability_one_always_mirrors_and_of_zero_never(direction, mirrored) -> None:
    image, draw = photograph(), np.random.default_rng(3)
    for _ in range(200):
        assert np.array_equal(numbers(Flip(direction, 1.0)(image, draw)), mirrored(numbers(image)))
        assert Flip(direction, 0.0)(image, draw) == image


# Holds the options augmentation.horizontalFlip, augmentation.verticalFlip
def test_a_flip_has_its_probability() -> None:
    image, draw = photograph(), np.random.default_rng(4)
    share = np.mean([Flip("horizontal", 0.3)(image, draw) != image for _ in range(2000)])
    # A standard deviation is 0.01.
    assert share == pytest.approx(0.3, abs=0.04)


def test_a_rotation_turns_as_torchvision_does_and_fills_with_the_mean_colour() -> None:
    from torchvision.transforms import InterpolationMode, functional

    class Drawn:
        def uniform(self, smallest: float, largest: float) -> float:
            assert (smallest, largest) == (-20, 20)
            return 13.7

    ours = Rotation(20, (124, 116, 104))(photograph(), Drawn())
    expected = functional.rotate(photograph(), 13.7, InterpolationMode.BILINEAR, fill=[124, 116, 104])
    assert np.array_equal(numbers(ours), numbers(expected))
    assert tuple(numbers(ours)[0, 0]) == (124, 116, 104)


# Holds the option augmentation.rotation
def test_rotations_fill_their_range(monkeypatch) -> None:
    angles: list[float] = []
    monkeypatch.setattr(Image.Image, "rotate", lambda image, angle, *_, **__: angles.append(angle) or image)
    image, draw = photograph(), np.random.default_rng(5)
    for _ in range(1000):
        Rotation(20, (0, 0, 0))(image, draw)
    assert -20 <= min(angles) < -19.5 and 19.5 < max(angles) <= 20
    assert math.isclose(np.mean(angles), 0, abs_tol=1.5)
