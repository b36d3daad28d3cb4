"""The experiments that the benchmarks run, as specifications; omitted fields have the schema's defaults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from bench import ROOT
from bench.images import BACKBONE, Material

Framework = Literal["pytorch", "tensorflow"]
FRAMEWORKS: tuple[Framework, ...] = ("pytorch", "tensorflow")
Specification = dict[str, Any]

SAMPLE = "examples/fashion-mnist.yaml"
"""A specification whose images are in the repository."""


def make_specification(
    material: Material,
    size: int,
    batch: int,
    epochs: int = 1,
    hidden: Sequence[int] = (1024,),
    trainable: Literal["head", "all"] = "head",
) -> Specification:
    """A specification of ResNet-50 with a new head on the generated images, as the document's listings train it.

    Args:
        material: The images and weights.
        size: Height and width of the images in pixels.
        batch: Images in a batch.
        epochs: The number of epochs of the one phase.
        hidden: Widths of the head's hidden layers.
        trainable: The part that trains; `all` updates the BatchNorm layers' statistics too.
    """
    phase = {
        "epochs": epochs,
        "trainable": trainable,
        "batchNorm": "inference" if trainable == "head" else "train",
        "optimizer": {"name": "adam", "learningRate": 1e-3},
    }
    return {
        "name": "bench",
        "dataset": {
            "source": "imagefolder",
            "train": str(material.train),
            "test": str(material.test),
            "validationFraction": 0,
            "imageSize": size,
        },
        "model": {
            "backbone": BACKBONE,
            "weights": {"file": str(material.weights)},
            "head": {"hidden": list(hidden)},
        },
        "training": {"batchSize": batch, "phases": [phase]},
        "device": "cpu",
        "seeds": [0],
    }


def write_specification(specification: Specification, folder: Path, name: str = "experiment") -> Path:
    """Writes a specification as a JSON file."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(specification))
    return file


def run_node(arguments: Sequence[str], cache: Path, **variables: str) -> str:
    """Runs Node in the repository, with this interpreter for Python, and returns what it printed.

    Args:
        arguments: The arguments of `node`.
        cache: twintune's cache folder.
        variables: Further environment variables.

    Raises:
        RuntimeError: If Node fails, with its output.
    """
    environment = {**os.environ, "TWINTUNE_CACHE_DIR": str(cache), "TWINTUNE_PYTHON": sys.executable, **variables}
    ran = subprocess.run(
        ["node", *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(f"node {' '.join(arguments)} failed:\n{ran.stdout}{ran.stderr}")
    return ran.stdout
