"""The weights that an exported model began with, and their licence where this machine knows it."""

from __future__ import annotations

import importlib.metadata

from twintune.backbones import find_backbone, find_idiomatic_pair
from twintune.protocol import FileWeights, ImagenetWeights, RunRequest, StartWeights


def describe_start_weights(run: RunRequest) -> StartWeights:
    """Describes where the backbone's first weights are from.

    Args:
        run: The run's request.
    """
    name, weights = run.model.backbone, run.model.weights
    if isinstance(weights, FileWeights):
        return StartWeights("a file of the user", None)
    if not isinstance(weights, ImagenetWeights):
        return StartWeights("random numbers", None)
    if run.mode == "idiomatic":
        pair = find_idiomatic_pair(name)
        if run.framework == "pytorch":
            return StartWeights(f"torchvision.models.{pair.torchvision.model}, {pair.torchvision.weights}", None)
        return StartWeights(
            f"keras.applications.{pair.keras_applications.model}, {pair.keras_applications.weights}", None
        )
    source = find_backbone(name).imagenet
    if source.source == "hub":
        # The hub's page of the repository names the licence; it isn't in the file of weights.
        return StartWeights(f"https://huggingface.co/{source.repository}", None)
    return StartWeights(f"the Python package {source.package}", _licence_of(source.package or ""))


def _licence_of(package: str) -> str | None:
    try:
        fields = importlib.metadata.metadata(package).json
    except importlib.metadata.PackageNotFoundError:
        return None
    licence = str(fields.get("license_expression") or fields.get("license") or "UNKNOWN")
    return None if licence == "UNKNOWN" else licence
