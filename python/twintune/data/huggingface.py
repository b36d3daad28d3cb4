"""Datasets of the Hugging Face hub, and local folders that `datasets` reads."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from twintune.data.dataset import Sources
from twintune.data.table import TableDataset
from twintune.errors import TwintuneError
from twintune.protocol import HuggingFace
from twintune.system.files import digest_of_states
from twintune.system.network import first_line, why_unreachable

_IN_SNAPSHOT = re.compile(r"/snapshots/[^/]+/(.+)$")


def open_huggingface(request: HuggingFace, cache_directory: str) -> Sources:
    """Opens a dataset of the hub by its name, or a local folder by its absolute path; no image is decoded.

    A local folder was written by `save_to_disk`, or has a layout of the hub: data files, or a folder for each class. A
    dataset of the hub is kept in the hub's own cache, and taken from there if the hub is out of reach.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY or DATASET_UNAVAILABLE.
    """
    import datasets

    datasets.disable_progress_bars()
    names = [request.train_split, request.validation_split, request.test_split]
    wanted = [name for name in names if name is not None]
    is_local = os.path.isabs(request.train)
    warnings = []
    if not is_local:
        rows, warnings = _load_from_hub(request, wanted)
    elif not os.path.isdir(request.train):
        raise TwintuneError("DATASET_NOT_FOUND", f"There is no folder {request.train}.", "Give a dataset's folder.")
    elif _is_saved(request.train):
        rows = _load_saved(request, wanted)
    else:
        # `datasets` knows files by their names and times of change, which a copy may keep.
        files = sorted(file for file in Path(request.train).rglob("*") if file.is_file())
        folder = Path(cache_directory, "datasets", digest_of_states(files))
        with _named_failures(request):
            rows = _load(request, wanted, cache_dir=str(folder))
    identity = _identity_below(request.train) if is_local else _identity_in_snapshot
    opened = {
        name: TableDataset(part, f"{request.train}, split {name}", request.image_column, request.label_column, identity)
        for name, part in zip(wanted, rows, strict=True)
    }
    train, validation, test = (None if name is None else opened[name] for name in names)
    assert train is not None
    return Sources(train, validation, test, warnings)


def _load_from_hub(request: HuggingFace, splits: list[str]) -> tuple[list[Any], list[str]]:
    from huggingface_hub import constants

    if os.path.isdir(request.train):
        raise TwintuneError(
            "DATASET_INVALID",
            f"{request.train} is a name on the hub, and the command was started beside a folder of that name, which"
            " `datasets` would read instead.",
            f"Write ./{request.train} if the folder is meant, else start the command elsewhere.",
        )
    reason = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else why_unreachable(constants.ENDPOINT)
    if reason is None:
        with _named_failures(request):
            return _load(request, splits), []
    with _offline():
        try:
            # A cached dataset doesn't tell its revision.
            rows = None if request.revision else _load(request, splits)
        except Exception:
            rows = None
    if rows is None:
        raise _unavailable(request, reason)
    return rows, [f"The hub is out of reach ({reason}): {request.train} is what this machine's cache has of it."]


def _load(request: HuggingFace, splits: list[str], **options: Any) -> list[Any]:
    import datasets

    return datasets.load_dataset(
        request.train, name=request.configuration, revision=request.revision, split=splits, **options
    )


def _is_saved(folder: str) -> bool:
    from datasets import config

    files = (config.DATASETDICT_JSON_FILENAME, config.DATASET_STATE_JSON_FILENAME)
    return any(os.path.isfile(os.path.join(folder, file)) for file in files)


def _load_saved(request: HuggingFace, splits: list[str]) -> list[Any]:
    """Loads a folder that `save_to_disk` wrote; a dataset without named splits is the training split."""
    import datasets

    if request.configuration is not None:
        raise TwintuneError(
            "DATASET_INVALID",
            f"{request.train} was written by save_to_disk, and has no configurations.",
            "Leave out dataset.configuration.",
        )
    with _named_failures(request):
        saved = datasets.load_from_disk(request.train)
    parts = dict(saved) if isinstance(saved, datasets.DatasetDict) else {request.train_split: saved}
    for name in splits:
        if name not in parts:
            raise TwintuneError(
                "DATASET_INVALID",
                f"{request.train} has no split {name!r}; it has {', '.join(map(str, parts))}.",
                f"Name the right one as dataset.{_field_of(request, name)}.",
            )
    return [parts[name] for name in splits]


@contextlib.contextmanager
def _named_failures(request: HuggingFace) -> Iterator[None]:
    """Turns the exceptions of `datasets` into failures with a hint."""
    from datasets.exceptions import DatasetNotFoundError, DatasetsError

    try:
        yield
    except DatasetNotFoundError as error:
        raise TwintuneError(
            "DATASET_NOT_FOUND",
            f"{request.train} can't be had from the hub: {first_line(error)}",
            "Check the name and the revision; for a private or gated dataset log in with `hf auth login`. A local"
            " folder begins with ./, ../ or /.",
        ) from error
    except (DatasetsError, ValueError, RuntimeError, FileNotFoundError) as error:
        raise TwintuneError(
            "DATASET_INVALID",
            f"{request.train} can't be read: {first_line(error.__cause__ or error)}",
            _hint(request, str(error)),
        ) from error
    except OSError as error:  # a connection that breaks off in the middle, among others
        raise _unavailable(request, first_line(error)) from error


def _hint(request: HuggingFace, message: str) -> str:
    unknown_split = re.match(r"Unknown split \"([^\"]*)\"", message)
    if unknown_split:
        return f"Name the right one as dataset.{_field_of(request, unknown_split.group(1))}."
    if re.match(r"BuilderConfig '.*' not found|Config name is missing", message):
        return "Name the right one as dataset.configuration."
    return "Data files of images and classes are read, but no dataset's scripts."


def _field_of(request: HuggingFace, split: str) -> str:
    named = {request.test_split: "testSplit", request.validation_split: "validationSplit"}
    return named.get(split, "trainSplit")


def _unavailable(request: HuggingFace, reason: str) -> TwintuneError:
    return TwintuneError(
        "DATASET_UNAVAILABLE",
        f"The dataset {request.train} is not on this machine and can't be downloaded: {reason}.",
        "Where there is a network, `hf download --repo-type dataset NAME --local-dir FOLDER` fetches it; then give the"
        " folder as dataset.train. A local folder begins with ./, ../ or /.",
    )


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    from datasets import config

    before = config.HF_HUB_OFFLINE
    config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        config.HF_HUB_OFFLINE = before


def _identity_below(folder: str) -> Callable[[str], str | None]:
    """The identity of image files in a local folder: their path within it, so that the folder may be moved."""
    root = os.path.join(os.path.realpath(folder), "")

    def identity(path: str) -> str | None:
        if not os.path.isabs(path):
            return path
        real = os.path.realpath(path)
        return real[len(root) :] if real.startswith(root) else None

    return identity


def _identity_in_snapshot(path: str) -> str | None:
    """The identity of an image file in the hub's cache: its path in the repository."""
    if not os.path.isabs(path):
        return path
    inside = _IN_SNAPSHOT.search(path)
    return inside.group(1) if inside else None
