"""Both engines compute the same from the same weights, for every aligned backbone.

One backbone a family by default; TWINTUNE_SLOW_TESTS=1 runs all of them.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from parity import (
    EVEN,
    ODD,
    Computed,
    compute_pytorch,
    compute_tensorflow,
    furthest,
    pixels,
    relative,
    twins,
)
from twintune.backbones import backbone_table, find_backbone, tensor_shapes
from twintune.digests import digest_tensors

pytestmark = pytest.mark.usefixtures("frameworks")

# In float64 rounding is far away: what is left is meaning. A different epsilon or padding shows at 1e-5 or more.
FLOAT64_BOUND = 1e-10
# In float32 two libraries' kernels round differently through the whole depth.
FLOAT32_BOUND = 5e-5
QUICK = {
    "resnet18",
    "resnet50",
    "efficientnet_lite0",
    "efficientnet_b0",
    "mobilenetv3_small_100",
    "densenet121",
    "vgg11",
}
BACKBONES = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in backbone_table()]

Pair = tuple[Computed, Computed]


@pytest.fixture(scope="module", params=BACKBONES)
def in_float64(request: pytest.FixtureRequest) -> tuple[str, dict[str, Pair]]:
    """TensorFlow's and PyTorch's by BatchNorm mode."""
    name, images = request.param, pixels("float64", EVEN)
    with twins(name, "float64") as (ours, theirs):
        return name, {
            mode: (compute_tensorflow(ours, name, images, mode), compute_pytorch(theirs, name, images, mode))
            for mode in ("inference", "train")
        }


@pytest.mark.parametrize("mode", ["inference", "train"])
def test_features_agree_in_float64(in_float64: tuple[str, dict[str, Pair]], mode: str) -> None:
    name, computed = in_float64
    ours, theirs = computed[mode]
    assert ours.features.dtype == np.float64
    assert ours.features.shape[1] == find_backbone(name).features
    assert relative(ours.features, theirs.features) < FLOAT64_BOUND


@pytest.mark.parametrize("mode", ["inference", "train"])
def test_gradients_of_every_tensor_agree_in_float64(in_float64: tuple[str, dict[str, Pair]], mode: str) -> None:
    ours, theirs = in_float64[1][mode]
    worst, tensor = furthest(ours.gradients, theirs.gradients)
    assert worst < FLOAT64_BOUND, tensor


@pytest.mark.parametrize("mode", ["inference", "train"])
def test_outputs_of_every_stage_agree_in_float64(in_float64: tuple[str, dict[str, Pair]], mode: str) -> None:
    name, computed = in_float64
    ours, theirs = computed[mode]
    assert list(ours.stages) == list(theirs.stages) == [stage.name for stage in find_backbone(name).stages]
    worst, stage = furthest(ours.stages, theirs.stages)
    assert worst < FLOAT64_BOUND, stage


def test_training_mode_moves_the_running_statistics_alike(in_float64: tuple[str, dict[str, Pair]]) -> None:
    name, computed = in_float64
    (before, untouched), (ours, theirs) = computed["inference"], computed["train"]
    assert digest_tensors(before.tensors) == digest_tensors(untouched.tensors)
    worst, tensor = furthest(ours.tensors, theirs.tensors)
    assert worst < FLOAT64_BOUND, tensor
    has_batch_norm = find_backbone(name).batch_norm is not None
    assert (digest_tensors(ours.tensors) != digest_tensors(before.tensors)) == has_batch_norm


@pytest.mark.parametrize("name", BACKBONES)
def test_float32_holds_the_file_s_very_tensors_and_agrees_at_an_odd_size(name: str) -> None:
    with twins(name, "float32") as (ours, theirs):
        held = ours.backbone_tensors()
        assert held.keys() == tensor_shapes(name).keys()
        assert digest_tensors(held) == digest_tensors(theirs.backbone_tensors())
        images = pixels("float32", ODD)
        import torch

        first = ours.features(images).numpy()
        second = theirs.features(torch.from_numpy(images).permute(0, 3, 1, 2)).detach().numpy()
    assert first.dtype == second.dtype == np.float32
    assert relative(first, second) < FLOAT32_BOUND


@pytest.mark.parametrize("name", list(backbone_table()))
def test_the_table_is_timm_s(name: str) -> None:
    from write_backbones import aligned_entry, manifest

    entry = find_backbone(name)
    expected = json.loads(json.dumps(aligned_entry(name)))
    assert entry.features == expected["features"]
    assert entry.default_image_size == expected["defaultImageSize"]
    preprocessing = entry.preprocessing
    assert [list(preprocessing.mean), list(preprocessing.std)] == [
        expected["preprocessing"]["mean"],
        expected["preprocessing"]["std"],
    ]
    assert preprocessing.interpolation == expected["preprocessing"]["interpolation"]
    constants = entry.batch_norm and {"epsilon": entry.batch_norm.epsilon, "momentum": entry.batch_norm.momentum}
    assert constants == expected.get("batchNorm")
    assert (entry.imagenet.repository, entry.imagenet.package) == (
        expected["imagenet"].get("repository"),
        expected["imagenet"].get("package"),
    )
    stages = [(stage.name, stage.timm_module, list(stage.tensors)) for stage in entry.stages]
    assert stages == [(stage["name"], stage["timmModule"], stage["tensors"]) for stage in expected["stages"]]
    assert tensor_shapes(name) == {tensor: tuple(shape) for tensor, shape in manifest(name).items()}
    assert all(entry.stage_of(tensor) >= 0 for tensor in tensor_shapes(name))
