"""The two listings that docs/document.md describes, with random weights."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("frameworks")

CLASSES = 3


def make_images() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (8, 32, 32, 3), np.uint8), generator.integers(0, CLASSES, 8)


# Both models are trained by every test run, in test/integration/compare.test.ts.
@pytest.mark.slow
def test_the_tensorflow_listing_trains_its_head_alone() -> None:
    from bench.listings.tensorflow import build_model, prepare

    images, classes = make_images()
    model = build_model(CLASSES)
    before = model.get_weights()
    model.fit(prepare(images), classes, verbose=0)
    moved = [not np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True)]
    assert moved == [False] * (len(moved) - 4) + [True] * 4


def train_pytorch_listing(freeze_head: bool) -> set[str]:
    """Trains for an epoch of one batch, and returns the names of the parameters that moved."""
    import torch

    from bench.listings.pytorch import build_model, prepare, train_epoch

    images, classes = make_images()
    model = build_model(CLASSES, freeze_head=freeze_head)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    train_epoch(model, torch.optim.Adam(model.parameters()), [(prepare(images), torch.from_numpy(classes))])
    return {name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])}


def test_the_pytorch_listing_as_it_stands_has_nothing_left_to_train() -> None:
    with pytest.raises(RuntimeError, match="does not require grad"):
        train_pytorch_listing(freeze_head=True)


def test_the_pytorch_listing_that_freezes_first_trains_its_head_alone() -> None:
    assert train_pytorch_listing(freeze_head=False) == {"fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"}
