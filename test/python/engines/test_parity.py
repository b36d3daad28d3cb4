"""Both engines compute the same features from the same weights, for every aligned backbone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from twintune.backbones import backbone_table, find_backbone, tensor_shapes
from twintune.digests import digest_tensors
from twintune.protocol import Head
from twintune.seeding import generator
from twintune.weights import random_tensors, save_atomically

pytestmark = pytest.mark.usefixtures("frameworks")

# In float64 rounding is far away: what is left is meaning. A different epsilon or padding shows at 1e-5 or more.
FLOAT64_BOUND = 1e-10
# In float32 two libraries' kernels round differently through the whole depth.
FLOAT32_BOUND = 5e-5
IMAGES = 4
SIZE = 65
# Unlike either library's own, so that a constant that is not set shows.
EPSILON, MOMENTUM = 3e-3, 0.07
HEAD = Head(hidden=[], activation="relu", dropout=0.0)


@pytest.fixture(scope="module", params=sorted(backbone_table()))
def weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, write_weights(request.param, tmp_path_factory.mktemp("weights"))


def write_weights(name: str, folder: Path) -> Path:
    """Random weights whose BatchNorm layers are not the identity."""
    tensors = random_tensors(name, seed=7)
    for tensor, value in tensors.items():
        draw = generator(7, "statistics", tensor)
        if tensor.endswith(("running_mean", "bias")):
            tensors[tensor] = draw.normal(0, 0.1, value.shape).astype(np.float32)
        elif value.ndim == 1:
            tensors[tensor] = draw.uniform(0.5, 1.5, value.shape).astype(np.float32)
    file = folder / f"{name}.safetensors"
    save_atomically(tensors, file)
    return file


def build_tensorflow(name: str, file: Path, precision: str):
    from twintune.engines.tensorflow.model import build_model

    head = {
        "head.0.weight": np.zeros((2, find_backbone(name).features), np.float32),
        "head.0.bias": np.zeros(2),
    }
    return build_model(name, file, EPSILON, MOMENTUM, HEAD, head, precision)


def build_pytorch(name: str, file: Path, precision: str):
    import torch
    from twintune.engines.pytorch.model import build_model

    head = {
        "head.0.weight": np.zeros((2, find_backbone(name).features), np.float32),
        "head.0.bias": np.zeros(2),
    }
    device = torch.device("cpu")
    return build_model(name, file, EPSILON, MOMENTUM, HEAD, head, precision, device)


def feature_map_tensorflow(model, images: np.ndarray, mode: str) -> np.ndarray:
    import tensorflow as tf

    for layer in model.batch_norms:
        layer.mode = mode
    # Traced as in training, and traced here: a traced function keeps the modes that it saw.
    return tf.function(model.backbone)(images).numpy()


def feature_map_pytorch(model, images: np.ndarray, mode: str) -> np.ndarray:
    import torch
    from twintune.engines.pytorch.batch_norm import set_batch_norm_mode

    set_batch_norm_mode(model.batch_norms, mode)
    with torch.no_grad():
        features = model.backbone.forward_features(torch.from_numpy(images).permute(0, 3, 1, 2))
    return features.permute(0, 2, 3, 1).numpy()


def images(precision: str, size: int = SIZE) -> np.ndarray:
    return generator(3, "images").normal(0, 1, (IMAGES, size, size, 3)).astype(precision)


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.parametrize("mode", ["inference", "train"])
def test_features_agree_in_float64(weights: tuple[str, Path], mode: str) -> None:
    pixels = images("float64")
    first, second = build_tensorflow(*weights, "float64"), build_pytorch(*weights, "float64")
    ours, theirs = feature_map_tensorflow(first, pixels, mode), feature_map_pytorch(second, pixels, mode)
    assert ours.dtype == np.float64
    assert relative(ours, theirs) < FLOAT64_BOUND
    # Training mode moves the running statistics, and by the same amount; inference mode leaves them alone.
    moved, expected = first.backbone_tensors(), second.backbone_tensors()
    assert max(relative(moved[name], expected[name]) for name in moved if np.abs(expected[name]).max()) < FLOAT64_BOUND
    assert (digest_tensors(moved) == digest_tensors(build_tensorflow(*weights, "float64").backbone_tensors())) == (
        mode == "inference"
    )


# Both paddings are symmetric, whatever the weights were trained with: an even size agrees as an odd one does.
@pytest.mark.parametrize("size", [SIZE, SIZE - 1])
def test_features_agree_in_float32(weights: tuple[str, Path], size: int) -> None:
    pixels = images("float32", size)
    ours = feature_map_tensorflow(build_tensorflow(*weights, "float32"), pixels, "inference")
    theirs = feature_map_pytorch(build_pytorch(*weights, "float32"), pixels, "inference")
    assert ours.dtype == np.float32
    assert relative(ours, theirs) < FLOAT32_BOUND


def test_both_engines_hold_the_file_s_very_tensors(weights: tuple[str, Path]) -> None:
    name, file = weights
    ours = build_tensorflow(name, file, "float32").backbone_tensors()
    theirs = build_pytorch(name, file, "float32").backbone_tensors()
    assert ours.keys() == theirs.keys() == tensor_shapes(name).keys()
    assert digest_tensors(ours) == digest_tensors(theirs)


def test_the_table_is_timm_s(weights: tuple[str, Path]) -> None:
    import timm

    name, _ = weights
    entry = find_backbone(name)
    model = timm.create_model(name, pretrained=False, num_classes=0)
    shapes = {k: tuple(v.shape) for k, v in model.state_dict().items() if "num_batches" not in k}
    config = timm.get_pretrained_cfg(entry.imagenet.repository.split("/")[1] if entry.imagenet.repository else name)
    assert tensor_shapes(name) == shapes
    assert entry.features == model.num_features
    assert (entry.preprocessing.mean, entry.preprocessing.std) == (config.mean, config.std)
    assert entry.preprocessing.interpolation == config.interpolation
    assert all(entry.stage_of(tensor) >= 0 for tensor in shapes)
