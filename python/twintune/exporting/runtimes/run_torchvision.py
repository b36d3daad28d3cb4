"""Runs model.safetensors in a network of torchvision."""

import json

import torch
import torchvision
from batches import FOLDER, run_batches
from safetensors.torch import load_file
from torch import nn

config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
tensors = load_file(FOLDER / "model.safetensors")

model = torchvision.models.get_model(config["architecture"], weights=None, **config["options"])
layers = []
for index in range(config["head"]["layers"]):
    weight = tensors.pop(f"head.{index}.weight")
    layers.append(nn.Linear(weight.shape[1], weight.shape[0]))
    layers[-1].load_state_dict({"weight": weight, "bias": tensors.pop(f"head.{index}.bias")})
    layers.append({"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}[config["head"]["activation"]]())
model.set_submodule(config["classifier"], nn.Identity())
lacking = model.load_state_dict(tensors, strict=False).missing_keys
# A counter of batches, which no prediction depends on.
assert all(name.endswith("num_batches_tracked") for name in lacking), lacking
model.set_submodule(config["classifier"], nn.Sequential(*layers[:-1]))
model.eval()

mean, std = (torch.tensor(config["input"][name]) for name in ("mean", "std"))
with torch.inference_mode():
    run_batches(
        lambda pixels: model(((torch.from_numpy(pixels) / 255 - mean) / std).permute(0, 3, 1, 2)).numpy(),
        f"torchvision {torchvision.__version__} on torch {torch.__version__}",
    )
