"""Runs model.safetensors in a network of timm."""

import json

import timm
import torch
from batches import FOLDER, run_batches
from safetensors.torch import load_file
from torch import nn

config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
tensors = load_file(FOLDER / "model.safetensors")
dtype = getattr(torch, config["input"]["dtype"])

# The tensors of a run in float64 would be rounded by a network in float32.
backbone = timm.create_model(config["architecture"], num_classes=0).to(dtype)
for name in config["leftOut"]:
    backbone.set_submodule(name, nn.Identity())
for module in backbone.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.eps = config["batchNorm"]["epsilon"]
of_backbone = {name: tensor for name, tensor in tensors.items() if not name.startswith("head.")}
lacking = backbone.load_state_dict(of_backbone, strict=False).missing_keys
# A counter of batches, which no prediction depends on.
assert all(name.endswith("num_batches_tracked") for name in lacking), lacking

layers = []
for index in range(config["head"]["layers"]):
    weight = tensors[f"head.{index}.weight"]
    layers.append(nn.Linear(weight.shape[1], weight.shape[0], dtype=dtype))
    layers[-1].load_state_dict({"weight": weight, "bias": tensors[f"head.{index}.bias"]})
    layers.append({"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}[config["head"]["activation"]]())
model = nn.Sequential(backbone, *layers[:-1]).eval()

mean, std = (torch.tensor(config["input"][name], dtype=dtype) for name in ("mean", "std"))
with torch.inference_mode():
    run_batches(
        lambda pixels: model(((torch.from_numpy(pixels) / 255 - mean) / std).permute(0, 3, 1, 2)).numpy(),
        f"timm {timm.__version__} on torch {torch.__version__}",
    )
