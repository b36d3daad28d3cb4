"""Writes `twintune/manifests/`: names and shapes of each backbone's tensors, read off timm's models.

Run it after adding a backbone: `.venv/bin/python python/write_manifests.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import timm
from twintune.backbones import backbone_table

FOLDER = Path(__file__).parent / "twintune" / "manifests"


def manifest(name: str) -> dict[str, list[int]]:
    """Shapes by tensor name, of timm's model without its classifier."""
    model = timm.create_model(name, pretrained=False, num_classes=0)
    return {
        tensor: list(value.shape)
        for tensor, value in model.state_dict().items()
        if not tensor.endswith("num_batches_tracked")
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for backbone in backbone_table():
        lines = ",\n".join(f"  {json.dumps(t)}: {json.dumps(s)}" for t, s in manifest(backbone).items())
        (FOLDER / f"{backbone}.json").write_text(f"{{\n{lines}\n}}\n")
