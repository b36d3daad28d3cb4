"""All augmentations, in their order."""

from __future__ import annotations

import numpy as np
import pytest
from augmentations import OF_IMAGES, augmentation
from pictures import photograph
from twintune.backbones import Preprocessing
from twintune.data.augmentation import is_augmented, is_endless
from twintune.data.augmentation.pipeline import AugmentationPipeline, build_pipeline
from twintune.data.preprocessing import Resizing, normalize, resize

PREPROCESSING = Preprocessing(mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3), interpolation="bilinear")


def pipeline(**wanted) -> AugmentationPipeline:
    return build_pipeline(augmentation(**wanted), Resizing(32, "bilinear", None), PREPROCESSING, "float32")


def changed(seed: int = 0, **wanted) -> np.ndarray:
    augment = pipeline(**wanted)
    image = photograph() if augment.resizing is None else augment.resizing(photograph())
    return augment(image, np.random.default_rng(seed))


def test_without_augmentation_a_training_image_is_an_evaluation_s() -> None:
    expected = normalize(np.asarray(resize(photograph(), 32, "bilinear")), PREPROCESSING, "float32")
    assert np.array_equal(changed(), expected)


def test_the_operations_come_in_the_order_of_torchvision_s_recipes() -> None:
    description = pipeline(**OF_IMAGES).describe()
    names = [
        "RandomResizedCrop",
        "'horizontal'",
        "'vertical'",
        "Rotation",
        "ColorJitter",
        "RandAugment",
        "RandomErasing",
    ]
    places = [description.index(name) for name in names]
    assert places == sorted(places)
    assert "fill=(128, 102, 76)" in description


@pytest.mark.parametrize("name", OF_IMAGES)
def test_each_augmentation_by_itself_changes_the_image(name: str) -> None:
    wanted = {name: OF_IMAGES[name]}
    assert is_augmented(augmentation(**wanted))
    assert any(not np.array_equal(changed(seed, **wanted), changed()) for seed in range(10))


def test_erasing_comes_last_and_leaves_the_mean_colour_which_is_zero() -> None:
    erasing = {"probability": 1.0, "scale": [0.9, 0.9], "ratio": [0.99, 1.01]}
    jitter = {"brightness": 2.0, "contrast": 0, "saturation": 0, "hue": 0}
    assert (changed(colorJitter=jitter, randomErasing=erasing) == 0).all(axis=2).mean() > 0.85


def test_mixing_counts_as_augmentation_and_all_off_does_not() -> None:
    assert not is_augmented(augmentation())
    assert is_augmented(augmentation(mixup=0.2))
    assert is_augmented(augmentation(cutmix=1))


def test_a_generator_gives_the_same_pixels_again_and_another_others() -> None:
    assert np.array_equal(changed(1, **OF_IMAGES), changed(1, **OF_IMAGES))
    assert not np.array_equal(changed(1, **OF_IMAGES), changed(2, **OF_IMAGES))


def test_views_are_no_change_of_an_image_and_end_what_changes_it() -> None:
    assert not is_augmented(augmentation(views=3))
    assert is_endless(augmentation(horizontalFlip=0.5))
    assert not is_endless(augmentation(horizontalFlip=0.5, views=3))
    assert is_endless(augmentation(views=3, mixup=0.2))
    assert not is_endless(augmentation())
