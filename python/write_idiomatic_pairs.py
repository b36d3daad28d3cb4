"""Writes `twintune/idiomatic_pairs.json`: models of `keras.applications` and torchvision by one name, and what differs.

Run it after changing the list below or an upgrade of Keras or torchvision; it takes some minutes:
`.venv/bin/python python/write_idiomatic_pairs.py && npx biome format --write python/twintune/idiomatic_pairs.json`.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import torch
import torchvision
from torch import nn

TABLE = Path(__file__).parent / "twintune" / "idiomatic_pairs.json"

SAME = ("as published", "as published")
RESNET = (
    "v1: the stride in a block's first 1×1; convolutions with a bias",
    "v1.5: the stride in a block's 3×3; no bias",
)
VGG = ("pooled after the last convolution", "two layers of 4,096 on a 7×7 map stay before the head")
PADDING = ("strided convolutions pad the far side more at even sizes", "strided convolutions pad both sides")
MOBILENET_V3 = (
    "pooled after the last convolution; strided convolutions pad the far side more at even sizes",
    "a wide layer stays before the head; strided convolutions pad both sides",
)
INCEPTION = ("BatchNorm without a scale", "BatchNorm with a scale; no auxiliary head")

# The pairs by name (timm's if aligned mode has it): Keras' model and module, torchvision's model, the two
# architectures.
PAIRS = {
    **{f"resnet{depth}": (f"ResNet{depth}", "resnet", f"resnet{depth}", RESNET) for depth in (50, 101, 152)},
    **{f"vgg{depth}": (f"VGG{depth}", f"vgg{depth}", f"vgg{depth}", VGG) for depth in (16, 19)},
    **{f"densenet{depth}": (f"DenseNet{depth}", "densenet", f"densenet{depth}", SAME) for depth in (121, 169, 201)},
    "mobilenet_v2": ("MobileNetV2", "mobilenet_v2", "mobilenet_v2", PADDING),
    "mobilenetv3_small_100": ("MobileNetV3Small", "mobilenet_v3", "mobilenet_v3_small", MOBILENET_V3),
    "mobilenetv3_large_100": ("MobileNetV3Large", "mobilenet_v3", "mobilenet_v3_large", MOBILENET_V3),
    **{f"efficientnet_b{n}": (f"EfficientNetB{n}", "efficientnet", f"efficientnet_b{n}", PADDING) for n in range(8)},
    **{
        f"efficientnet_v2_{size}": (
            f"EfficientNetV2{size.upper()}",
            "efficientnet_v2",
            f"efficientnet_v2_{size}",
            PADDING,
        )
        for size in "sml"
    },
    **{
        f"convnext_{size}": (f"ConvNeXt{size.title()}", "convnext", f"convnext_{size}", SAME)
        for size in ("tiny", "small", "base", "large")
    },
    "inception_v3": ("InceptionV3", "inception_v3", "inception_v3", INCEPTION),
}
# The arguments of torchvision's builder: Inception's auxiliary head would be a second output in training, and it warns
# where it is not told to draw weights.
OPTIONS = {"inception_v3": {"aux_logits": False, "init_weights": True}}


def keras_side(model_name: str, module: str, architecture: str) -> dict[str, Any]:
    """Describes a model of `keras.applications`."""
    model: Any = getattr(keras.applications, model_name)(weights=None)
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    return {
        "model": model_name,
        "module": module,
        "architecture": architecture,
        "weights": "imagenet",
        "preprocessing": keras_preprocessing(module),
        # MobileNetV3 takes any image size; its weights were trained at 224.
        "imageSize": model.input_shape[1] or 224,
        # Keras' momentum is the share of the old statistics that is kept, PyTorch's that of the new batch.
        "batchNorm": constants((bn.epsilon, round(1 - bn.momentum, 6)) for bn in layers),
    }


def torchvision_side(name: str, architecture: str) -> dict[str, Any]:
    """Describes a model of `torchvision.models`."""
    weights = torchvision.models.get_model_weights(name)["IMAGENET1K_V1"]
    preset = weights.transforms()
    with torch.device("meta"):
        model = torchvision.models.get_model(name, weights=None)
    layers = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    return {
        "model": name,
        "options": OPTIONS.get(name, {}),
        "architecture": architecture,
        "weights": "IMAGENET1K_V1",
        "preprocessing": f"RGB scaled to 0..1, mean {list(preset.mean)} and deviation {list(preset.std)}",
        "imageSize": preset.crop_size[0],
        "batchNorm": constants((bn.eps, bn.momentum) for bn in layers),
    }


def keras_preprocessing(module: str) -> str:
    """Describes what a module's `preprocess_input` does, found by trying."""
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    done = np.asarray(importlib.import_module(f"keras.applications.{module}").preprocess_input(pixels.copy()))
    if np.array_equal(done, pixels):
        return "RGB of 0..255; scaled inside of the model"
    words = {
        "caffe": "BGR of 0..255 minus ImageNet's mean",
        "tf": "RGB scaled to -1..1",
        "torch": "RGB scaled to 0..1, mean [0.485, 0.456, 0.406] and deviation [0.229, 0.224, 0.225]",
    }
    preprocess: Any = keras.applications.imagenet_utils.preprocess_input
    (found,) = (text for mode, text in words.items() if np.allclose(done, preprocess(pixels.copy(), mode=mode)))
    return found


def constants(pairs) -> list[dict[str, float]]:
    """The different BatchNorm constants, in the order that they come in."""
    return [{"epsilon": epsilon, "momentum": momentum} for epsilon, momentum in dict.fromkeys(pairs)]


if __name__ == "__main__":
    table = {}
    for backbone, (keras_model, keras_module, torchvision_model, (ours, theirs)) in PAIRS.items():
        table[backbone] = {
            "kerasApplications": keras_side(keras_model, keras_module, ours),
            "torchvision": torchvision_side(torchvision_model, theirs),
        }
        keras.backend.clear_session()
        print(backbone, flush=True)
    TABLE.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")
