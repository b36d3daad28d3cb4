"""Weights that are got before a machine goes offline."""

from __future__ import annotations

from pathlib import Path

from twintune.backbones import find_backbone
from twintune.model.weights import check_tensors, hub_weights, local_hub_weights
from twintune.protocol import FetchWeightsRequest, FetchWeightsResult
from twintune.system.files import state_of


def fetch_weights(request: FetchWeightsRequest) -> FetchWeightsResult:
    """Finds the weights of a backbone in the hub's cache, or downloads them there, and checks their tensors.

    A folder of one's own gets the layout that `HF_HOME` has, with real files in place of the hub's links, so that any
    copy of it is whole.

    Raises:
        TwintuneError: WEIGHTS_UNAVAILABLE or WEIGHTS_MISMATCH.
    """
    name, entry = request.backbone, find_backbone(request.backbone)
    # The hub's client has its cache in this folder of HF_HOME.
    cache = None if request.folder is None else Path(request.folder, "hub")
    found = local_hub_weights(entry, cache)
    if found is None and not request.download:
        return FetchWeightsResult(file=None, bytes=None, downloaded=False)
    file = found or hub_weights(name, entry, cache)
    if cache is not None:
        _replace_link(file)
    check_tensors(file, name, state_of(file))
    return FetchWeightsResult(file=str(file), bytes=file.stat().st_size, downloaded=found is None)


def _replace_link(file: Path) -> None:
    """Puts the file itself in the place of a link to it."""
    if file.is_symlink():
        file.resolve().replace(file)
