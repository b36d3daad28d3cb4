"""The specifications that faults are run with: small ones, which together take every path of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faults.material import BACKBONE, WEIGHTS

_ADAM = {"name": "adam", "learningRate": 2e-3}
_HEAD = {"epochs": 2, "trainable": "head", "optimizer": _ADAM}
_GROUPS = {
    # Of 90 training images, so that eight batches are left, the last of six images.
    "batchSize": 12,
    "gradientAccumulation": 3,
    "phases": [
        {
            "epochs": 3,
            "trainable": "all",
            "batchNorm": "train",
            "optimizer": {"name": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.01},
            "schedule": {"name": "oneCycle"},
        }
    ],
}

SPECIFICATIONS: dict[str, dict[str, Any]] = {
    "head": {
        "about": "A new head with dropout on cached features of two augmented views, which ends with its best epoch.",
        "augmentation": {"horizontalFlip": 0.5, "views": 2},
        "training": {
            "batchSize": 20,
            "phases": [
                {
                    "epochs": 8,
                    "trainable": "head",
                    "optimizer": {"name": "adam", "learningRate": 1e-2, "weightDecay": 0.01, "decayNormAndBias": True},
                    "schedule": {"name": "step", "everyEpochs": 3, "factor": 0.5},
                }
            ],
            "earlyStopping": {"monitor": "loss", "patience": 2},
        },
    },
    "views": {
        "about": "A new head on cached features of two augmented views, each of which has two turns.",
        "augmentation": {"horizontalFlip": 0.5, "views": 2},
        "training": {"batchSize": 20, "phases": [{**_HEAD, "epochs": 4}]},
    },
    "divided": {
        "about": "A new head on the middle of each image, tested on a part of the one file that is given.",
        "dataset": {"resize": "crop", "test": None, "testFraction": 0.2},
        "training": {"batchSize": 20, "phases": [_HEAD]},
    },
    "fine-tune": {
        "about": "The head, then the last two stages on kept activations, with AdamW, rates by stage and an average.",
        "training": {
            "batchSize": 20,
            "labelSmoothing": 0.1,
            "classWeights": "balanced",
            "clipGradientNorm": 0.5,
            "ema": {"decay": 0.9},
            "phases": [
                _HEAD,
                {
                    "epochs": 3,
                    "trainable": {"lastStages": 2},
                    "backboneLearningRateScale": 0.1,
                    "layerwiseDecay": 0.5,
                    "optimizer": {"name": "adamw", "learningRate": 2e-3, "weightDecay": 0.5},
                    "schedule": {"name": "cosine", "warmupEpochs": 0.5},
                },
            ],
        },
    },
    "accumulation": {
        "about": "The whole network on mixed pixels by SGD, in groups of three; the last group and batch are short.",
        "augmentation": {"horizontalFlip": 0.5, "mixup": 0.4},
        "training": {**_GROUPS, "clipGradientNorm": 1},
    },
    "clipping": {
        "about": "The same groups, with gradients that are clipped in every step.",
        "augmentation": {"horizontalFlip": 0.5, "mixup": 0.4},
        "training": {**_GROUPS, "clipGradientNorm": 0.1},
    },
    "phases": {
        "about": "The head, the whole network by RMSprop with its BatchNorm, and the head again on other features.",
        "training": {
            "batchSize": 20,
            "phases": [
                _HEAD,
                {
                    "epochs": 3,
                    "trainable": "all",
                    "batchNorm": "train",
                    "optimizer": {"name": "rmsprop", "learningRate": 1e-4, "momentum": 0.5, "centered": True},
                },
                _HEAD,
            ],
            "earlyStopping": {"monitor": "loss", "patience": 2},
        },
    },
    "bfloat16": {
        "about": "The whole network in bfloat16, with BatchNorm that adapts.",
        "training": {
            "batchSize": 20,
            "precision": "bfloat16",
            "phases": [{"epochs": 2, "trainable": "all", "batchNorm": "adapt", "optimizer": _ADAM}],
        },
    },
    "half-head": {
        "about": "A new head in bfloat16, which ends with the epoch of its best accuracy.",
        "training": {
            "batchSize": 20,
            "precision": "bfloat16",
            "phases": [{"epochs": 8, "trainable": "head", "optimizer": {"name": "adam", "learningRate": 1e-2}}],
            "earlyStopping": {"monitor": "accuracy", "patience": 1},
        },
    },
    "averaged": {
        "about": "The whole network and then its head, each with an average, and a checkpoint after each second epoch.",
        "training": {
            "batchSize": 20,
            "ema": {"decay": 0.9},
            "phases": [{"epochs": 4, "trainable": "all", "batchNorm": "train", "optimizer": _ADAM}, _HEAD],
            "checkpoints": {"everyEpochs": 2},
        },
    },
    "interrupted": {
        "about": "The whole network with Adam and an average, interrupted after an epoch and resumed.",
        "training": {
            "batchSize": 20,
            "ema": {"decay": 0.9},
            "phases": [{"epochs": 5, "trainable": "all", "batchNorm": "train", "optimizer": _ADAM}],
            "checkpoints": {"everyEpochs": 1},
        },
    },
    "leaky-relu": {
        "about": "A new head on a frozen backbone whose residual blocks end with leaky ReLUs.",
        "model": {"backbone": "cspresnet50", "weights": "random"},
        "training": {"batchSize": 20, "phases": [_HEAD]},
    },
    "padding": {
        "about": "A new head on a frozen DenseNet, at an even image size.",
        "dataset": {"imageSize": 32},
        "model": {"backbone": "densenet121", "weights": "random"},
        "training": {"batchSize": 20, "phases": [_HEAD]},
    },
}
"""The specifications by name, without what all of them have; `about` says what one is for."""

INTERRUPTED = ("interrupted",)
"""The specifications whose comparison is interrupted after an epoch and resumed."""


def write_specification(name: str, folder: Path) -> Path:
    """Writes a specification as a JSON file beside the images and weights that it names.

    Args:
        name: A key of `SPECIFICATIONS`.
        folder: The folder of `faults.material.write_material`.
    """
    own = SPECIFICATIONS[name]
    dataset = {"source": "parquet", "train": "train.parquet", "test": "test.parquet", "imageSize": 33}
    # No unit of SiLU dies at the rates at which a head learns something within a few steps.
    head = {"hidden": [16], "activation": "silu", "dropout": 0.3 if name == "head" else 0}
    model = {"backbone": BACKBONE, "weights": {"file": WEIGHTS}, "head": head}
    specification = {
        "name": name,
        "device": "cpu",
        "seeds": [0],
        **{field: value for field, value in own.items() if field != "about"},
        "dataset": {field: value for field, value in {**dataset, **own.get("dataset", {})}.items() if value},
        "model": {**model, **own.get("model", {})},
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps(specification))
    return file
