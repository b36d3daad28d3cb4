"""Runs model.safetensors in a network of keras.applications."""

import json

import keras
import numpy as np
import tensorflow as tf
from batches import FOLDER, run_batches
from safetensors.numpy import load_file

config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
tensors = load_file(FOLDER / "model.safetensors")

backbone = getattr(keras.applications, config["architecture"])(weights=None, include_top=False)
backbone.set_weights([tensors[name] for name in config["variables"]])
x = keras.layers.GlobalAveragePooling2D()(backbone.output)
last = config["head"]["layers"] - 1
for index in range(last + 1):
    kernel, bias = tensors[f"head.{index}.weight"].T, tensors[f"head.{index}.bias"]
    layer = keras.layers.Dense(len(bias), activation="softmax" if index == last else config["head"]["activation"])
    x = layer(x)
    layer.set_weights([kernel, bias])
model = keras.Model(backbone.input, x)

mean, std = (np.array(config["input"][name], "float32") for name in ("mean", "std"))
order = slice(None, None, -1) if config["input"]["channels"] == "BGR" else slice(None)
run_batches(
    lambda pixels: model.predict_on_batch((pixels[..., order] / 255 - mean) / std),
    f"keras {keras.__version__} on tensorflow {tf.__version__}",
)
