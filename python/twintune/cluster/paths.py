"""The files and folders that a request names, and the same request with other paths."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

DataKind = Literal["imagefolder", "csv", "parquet", "huggingface"]
RunKind = Literal["run", "own", "judged", "model", "thumbnails"]
Kind = DataKind | RunKind | Literal["weights", "file", "cache", "interpreter"]
"""The part that a path has in a request: data of a source, the folder of a run, or a file or folder beside them."""

Replace = Callable[[Kind, str], str]


def replace_paths(name: str, request: dict, replace: Replace) -> dict:
    """Copies a request, and has each of its paths replaced.

    Args:
        name: The message's name.
        request: The request, as it crosses the bridge; a message that names no files is returned as it is.
        replace: A function that is given the kind of a path and the path, and returns another one.
    """
    if name == "run":
        return _of_run(request, replace)
    if name == "judge-run":
        return {
            **request,
            "run": _of_run(request["run"], replace, "own"),
            "judged": replace("judged", request["judged"]),
            "models": [replace("model", folder) for folder in request["models"]],
        }
    if name == "compare-predictions":
        listing = request["listing"]
        predictions = {key: replace("file", request[key]) for key in ("first", "second")}
        return {**request, **predictions, "listing": listing and _of_listing(listing, replace)}
    if name == "check-data":
        return {**_of_data(request, replace), "predictions": replace("file", request["predictions"])}
    return request


def dataset_of(name: str, request: dict) -> dict | None:
    """The data set of a request; None if it has none."""
    inside = {"judge-run": "run", "compare-predictions": "listing"}.get(name)
    holder = request if inside is None else request.get(inside)
    return (holder or {}).get("dataset")


def _of_run(run: dict, replace: Replace, kind: RunKind = "run") -> dict:
    weights = run["model"]["weights"]
    if weights["kind"] == "file":
        weights = {**weights, "path": replace("weights", weights["path"])}
    return {
        **_of_data(run, replace),
        "model": {**run["model"], "weights": weights},
        "runDirectory": replace(kind, run["runDirectory"]),
        "torchPython": replace("interpreter", run["torchPython"]),
    }


def _of_listing(listing: dict, replace: Replace) -> dict:
    return {**_of_data(listing, replace), "folder": replace("thumbnails", listing["folder"])}


def _of_data(holder: dict, replace: Replace) -> dict:
    dataset = dict(holder["dataset"])
    for split in ("train", "validation", "test"):
        path = dataset.get(split)
        # A data set of the hub is named like a relative path.
        if path is not None and os.path.isabs(path):
            dataset[split] = replace(dataset["source"], path)
    return {**holder, "dataset": dataset, "cacheDirectory": replace("cache", holder["cacheDirectory"])}
