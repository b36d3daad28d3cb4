"""The images and weights that faults are run on, made anew for each run of the suite."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from faults import ROOT

BACKBONE = "mobilenetv3_small_050"
"""A backbone with BatchNorm, squeeze-and-excitation, a projection and kinks, of half a million parameters."""
WEIGHTS = "weights.safetensors"
"""The name of the weights' file in the folder of `write_material`."""

_SAMPLE = ROOT / "examples" / "data"
# A frozen backbone is folded for 128 images or more. Neither number is a multiple of a specification's batch size, so
# that last batches are short.
_IMAGES = {"train": 116, "test": 45}


def write_material(folder: Path) -> None:
    """Writes `train.parquet` and `test.parquet`, the first images of the repository's sample, and weights."""
    for split, images in _IMAGES.items():
        table = parquet.read_table(_SAMPLE / f"{split}.parquet")
        parquet.write_table(table.slice(0, images), folder / f"{split}.parquet")
    _write_weights(folder / WEIGHTS)


def _write_weights(file: Path) -> None:
    """Writes random weights whose BatchNorm layers do something, as those of a trained network do."""
    # The product's Python is run from its folder and is not installed.
    sys.path.insert(0, str(ROOT / "python"))
    from twintune.model.tensor_files import save_atomically
    from twintune.model.weights import random_tensors

    draw = np.random.default_rng(0)
    tensors = random_tensors(BACKBONE, seed=0)
    for mean in [name for name in tensors if name.endswith(".running_mean")]:
        layer = mean.removesuffix(".running_mean")
        channels = tensors[mean].shape
        tensors[mean] = draw.normal(0, 0.2, channels).astype(np.float32)
        tensors[f"{layer}.running_var"] = draw.uniform(0.5, 1.5, channels).astype(np.float32)
        tensors[f"{layer}.weight"] = draw.uniform(0.8, 1.6, channels).astype(np.float32)
        tensors[f"{layer}.bias"] = draw.normal(0, 0.2, channels).astype(np.float32)
    save_atomically(tensors, file)
