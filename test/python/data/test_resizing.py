"""The two ways from an image of any aspect to a square."""

# Holds the option dataset.resize

from __future__ import annotations

import numpy as np
import pytest
from augmentations import OF_IMAGES
from loaders import PREPROCESSING, digest, loader, training_split
from pictures import numbers, photograph
from PIL import Image
from twintune.backbones import Interpolation, find_backbone
from twintune.data.preprocessing import normalize, resize_and_crop, resizing_of

SIZES = [(48, 40), (40, 48), (33, 33), (300, 41), (64, 500), (97, 97), (20, 150)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fraction", [0.875, 0.887, 0.95, 1.0])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_crop_has_torchvision_s_pixels(size: tuple[int, int], fraction: float, interpolation: Interpolation) -> None:
    from torchvision.transforms import CenterCrop, Compose, InterpolationMode
    from torchvision.transforms import Resize as Theirs

    # timm's recipe of an evaluation, with its rounding of the size.
    recipe = Compose([Theirs(int(33 / fraction), InterpolationMode(interpolation)), CenterCrop(33)])
    ours = resize_and_crop(photograph(*size), 33, interpolation, fraction)
    assert np.array_equal(numbers(ours), numbers(recipe(photograph(*size))))


def test_a_strip_is_cut_before_it_is_resized() -> None:
    strip = Image.new("RGB", (50_000, 2), "red")
    strip.paste((0, 0, 255), (24_995, 0, 25_005, 2))
    square = numbers(resize_and_crop(strip, 64, "bilinear", 0.875))
    # Resized as a whole it would be 1,825,000 pixels wide.
    assert square.shape == (64, 64, 3)
    assert (square == [0, 0, 255]).all()


def test_the_backbone_s_weights_decide_the_share_that_is_kept() -> None:
    squashed = resizing_of("squash", 225, find_backbone("resnet50").preprocessing)
    assert repr(squashed) == "Resize(size=225, interpolation='bilinear')"
    cropped = resizing_of("crop", 225, find_backbone("resnetv2_50").preprocessing)
    assert repr(cropped) == "ResizeAndCrop(size=225, interpolation='bicubic', crop_fraction=0.95)"


def test_evaluations_and_plain_training_images_are_cropped_alike(pictures) -> None:
    split, cropping = training_split(pictures), loader(resize="crop")
    expected = resize_and_crop(split.open(3), 32, "bilinear", PREPROCESSING.crop_fraction)
    view = normalize(np.asarray(expected), PREPROCESSING, "float32")
    assert np.array_equal(cropping.evaluation_view(split, 3), view)
    assert np.array_equal(cropping.training_view(split, 3, 0), view)
    flipped = loader(resize="crop", horizontalFlip=1).training_view(split, 3, 0)
    assert np.array_equal(flipped, view[:, ::-1])


def test_a_random_part_takes_the_place_of_the_crop_in_training_alone(pictures) -> None:
    split = training_split(pictures)
    squashing, cropping = loader(**OF_IMAGES), loader(resize="crop", **OF_IMAGES)
    assert digest(cropping.training_batches(split, 0)) == digest(squashing.training_batches(split, 0))
    assert digest(cropping.ordered_batches(split)) != digest(squashing.ordered_batches(split))
