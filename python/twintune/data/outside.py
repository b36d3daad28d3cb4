"""Images that lie outside of their data set's folder: links and absolute paths of a CSV file lead there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from twintune.data.dataset import ImageDataset
from twintune.data.files import ImageFiles
from twintune.data.strings import printable
from twintune.errors import TwintuneError
from twintune.protocol import Csv, DatasetRequest, ImageFolder
from twintune.system.travelled import as_at_home


def refuse_outside(request: DatasetRequest, datasets: Sequence[ImageDataset]) -> None:
    """Fails where the request refuses images outside of the data set's folder, and there are some.

    Raises:
        TwintuneError: DATASET_INVALID.
    """
    if not isinstance(request, ImageFolder | Csv) or request.outside != "refuse":
        return
    told = _told(request, datasets)
    if told:
        hint = "Take them out of the data set, or, if you trust it, set dataset.outside=follow."
        raise TwintuneError("DATASET_INVALID", told, hint)


def outside_warnings(request: DatasetRequest, datasets: Sequence[ImageDataset]) -> list[str]:
    """A warning that says how many images lie outside of the data set's folder; none where all lie inside."""
    told = _told(request, datasets)
    return [f"{told} dataset.outside=refuse refuses them."] if told else []


def _told(request: DatasetRequest, datasets: Sequence[ImageDataset]) -> str:
    if not isinstance(request, ImageFolder | Csv):
        return ""
    homes = list(_homes(request))
    places = [place for images in datasets if isinstance(images, ImageFiles) for place in _outside(images, homes)]
    if not places:
        return ""
    first = printable(as_at_home(places[0]))
    if len(places) == 1:
        return f"1 image lies outside of the data set's folder: {first}."
    return f"{len(places)} images lie outside of the data set's folder: {first} is the first."


def _homes(request: ImageFolder | Csv) -> Iterator[str]:
    """The folders that the request names, by their real paths."""
    for given in (request.train, request.validation, request.test):
        if given is not None:
            yield os.path.realpath(given if isinstance(request, ImageFolder) else os.path.dirname(given))


def _outside(images: ImageFiles, homes: Sequence[str]) -> Iterator[str]:
    # Resolving each path would take a system call for each of its parts.
    real_folders: dict[str, str] = {}
    for file in images.files():
        folder, name = os.path.split(file)
        if folder not in real_folders:
            real_folders[folder] = os.path.realpath(folder)
        place = os.path.join(real_folders[folder], name)
        real = os.path.realpath(place) if os.path.islink(place) else place
        if not any(real.startswith(os.path.join(home, "")) for home in homes):
            yield real
