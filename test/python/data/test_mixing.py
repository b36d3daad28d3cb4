"""Mixup and CutMix against torchvision's formulas."""

# Holds the options augmentation.mixup, augmentation.cutmix

from __future__ import annotations

import numpy as np
import pytest
from twintune.data.mixing import Mixing, cut_box, share_outside
from twintune.data.targets import one_hot

CLASSES = 4


def batch(images: int = 8, size: tuple[int, int] = (12, 16)) -> tuple[np.ndarray, np.ndarray]:
    """Noise of shape [images, height, width, 3] with the classes 0, 1, 2, 3, 0, 1 ..."""
    inputs = np.random.default_rng(0).normal(size=(images, *size, 3)).astype(np.float32)
    return inputs, one_hot(np.arange(images) % CLASSES, CLASSES)


def flat_batch() -> tuple[np.ndarray, np.ndarray]:
    """A batch with one image of each class, filled with the class's number."""
    labels = np.arange(CLASSES)
    return np.broadcast_to(labels[:, None, None, None], (CLASSES, 12, 16, 3)).astype(np.float64), one_hot(
        labels, CLASSES
    )


@pytest.mark.parametrize("center", [(0, 0), (15, 11), (8, 6), (3, 10)])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.93, 1.0])
def test_the_box_and_its_share_are_torchvision_s(monkeypatch, center: tuple[int, int], share: float) -> None:
    import torch
    from torchvision.transforms import v2

    theirs = v2.CutMix(num_classes=CLASSES)
    theirs._dist = type("Drawn", (), {"sample": lambda self, shape: torch.tensor(share, dtype=torch.float64)})()
    places = iter(center)
    monkeypatch.setattr(torch, "randint", lambda limit, size: torch.tensor([next(places)]))
    expected = theirs.make_params([torch.zeros(1, 3, 12, 16)])
    box = cut_box((16, 12), center, share)
    assert box == expected["box"]
    assert share_outside(box, (16, 12)) == expected["lam_adjusted"]


def test_mixup_blends_images_and_targets_by_one_share() -> None:
    inputs, targets = batch()
    for step in range(20):
        mixed, mixed_targets = Mixing(0, mixup=1.0, cutmix=0)(inputs, targets, 0, step)
        # The share of each image that remains, by least squares against all others, is the share in the target.
        for image, target in zip(mixed, mixed_targets, strict=True):
            shares = np.linalg.lstsq(inputs.reshape(8, -1).T.astype(np.float64), image.ravel(), rcond=None)[0]
            # The images are float32.
            assert shares @ targets == pytest.approx(target, abs=1e-6)
        assert mixed.dtype == np.float32 and mixed_targets.dtype == np.float64


def test_cutmix_gives_each_class_the_share_of_the_pixels_it_has() -> None:
    inputs, targets = flat_batch()
    for step in range(50):
        mixed, mixed_targets = Mixing(0, mixup=0, cutmix=1.0)(inputs, targets, 0, step)
        for image, target in zip(mixed, mixed_targets, strict=True):
            shares = [np.mean(image == label) for label in range(CLASSES)]
            assert target == pytest.approx(shares, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_shares_have_the_beta_distribution(alpha: float) -> None:
    inputs, targets = np.zeros((2, 1, 1, 3)), np.array([[1.0, 0.0], [0.0, 1.0]])
    all_mixed = (Mixing(0, alpha, 0)(inputs, targets, 0, step)[1][0, 0] for step in range(6000))
    # An image that is its own partner stays whole, which happens in half of the permutations of two.
    shares = np.array([share for share in all_mixed if share != 1.0])
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    assert shares.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


def test_with_both_each_batch_gets_one_of_them_evenly() -> None:
    inputs, targets = flat_batch()
    kinds = []
    for step in range(400):
        mixed, _ = Mixing(0, mixup=1.0, cutmix=1.0)(inputs, targets, 0, step)
        kinds.append(not np.all(mixed == np.round(mixed)))
    # Mixup makes other values than the four; a standard deviation is 0.025.
    assert np.mean(kinds) == pytest.approx(0.5, abs=0.1)


def test_a_batch_is_mixed_by_seed_epoch_and_step() -> None:
    inputs, targets = batch()
    first = Mixing(3, 0.4, 0.4)(inputs, targets, 1, 2)
    again = Mixing(3, 0.4, 0.4)(inputs, targets, 1, 2)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    for other in (Mixing(4, 0.4, 0.4)(inputs, targets, 1, 2), Mixing(3, 0.4, 0.4)(inputs, targets, 2, 1)):
        assert not np.array_equal(first[0], other[0])


def test_the_arguments_stay_as_they_are() -> None:
    for mixing in (Mixing(0, 1.0, 0), Mixing(0, 0, 1.0)):
        inputs, targets = batch()
        mixing(inputs, targets, 0, 0)
        assert np.array_equal(inputs, batch()[0]) and np.array_equal(targets, batch()[1])


def test_a_batch_of_one_image_and_no_mixing_change_nothing() -> None:
    inputs, targets = batch(images=1)
    for mixing in (Mixing(0, 1.0, 0), Mixing(0, 0, 1.0), Mixing(0, 0, 0)):
        mixed, mixed_targets = mixing(inputs, targets, 0, 0)
        # A share and its remainder add up to 1 within float32.
        assert mixed == pytest.approx(inputs, rel=1e-6)
        assert mixed_targets == pytest.approx(targets, rel=1e-15)
