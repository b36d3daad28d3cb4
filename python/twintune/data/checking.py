"""The check of a data set: every image is decoded once, so that a run knows the unreadable ones before it trains."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from twintune.data.dataset import ImageDataset, why_unreadable
from twintune.data.decoding import UnreadableImage, decode
from twintune.data.verdicts import Look, Verdicts, load_verdicts, save_verdicts
from twintune.protocol import CheckedReport, EmitChecked
from twintune.system.cpu import available_cores
from twintune.system.stopwatch import Pace

Progress = Callable[[int, int], None]
"""A function that takes the number of images checked so far and of all images; it may raise `Cancelled`."""


_SECONDS_BETWEEN_REPORTS = 0.25


def progress_reports(emit: EmitChecked) -> Progress:
    """A progress function that sends reports over the bridge: a few a second, and one at the end."""
    pace = Pace(_SECONDS_BETWEEN_REPORTS)

    def report(done: int, total: int) -> None:
        if done == total or pace.is_due():
            emit(CheckedReport(done, total))

    return report


@dataclass(frozen=True)
class _Task:
    dataset: ImageDataset
    verdicts: Verdicts
    pending: np.ndarray


def check_images(datasets: Sequence[ImageDataset], cache_directory: str, progress: Progress) -> list[Verdicts]:
    """Decodes every image of the data sets in threads, just as training does, and hashes its bytes.

    The verdicts are kept in the cache folder, in one file for each data set, by each image's stamp: an image is decoded
    again only when it has changed. The verdicts of an interrupted check are kept too.

    Args:
        datasets: The data sets of a request.
        cache_directory: The folder in which the verdicts are kept.
        progress: The function that is told of every image.

    Returns:
        The verdicts on the images of each data set.
    """
    tasks = []
    for dataset in datasets:
        verdicts = load_verdicts(dataset.source, dataset.stamps(), cache_directory)
        tasks.append(_Task(dataset, verdicts, np.flatnonzero(~verdicts.known)))
    total = sum(len(task.dataset.labels) for task in tasks)
    done = total - sum(len(task.pending) for task in tasks)
    for task in tasks:
        if not len(task.pending):
            continue
        try:
            for index, look in zip(task.pending, _look_at(task.dataset, task.pending), strict=True):
                task.verdicts.put(int(index), look)
                done += 1
                progress(done, total)
        finally:
            save_verdicts(task.dataset.source, task.verdicts, cache_directory)
    return [task.verdicts for task in tasks]


def look_at(dataset: ImageDataset, index: int) -> Look:
    """Reads and decodes one image as training does."""
    digest = b"\0" * 32
    try:
        encoded = dataset.read(index)
        digest = hashlib.sha256(encoded).digest()
        decoded = decode(encoded)
    except (UnreadableImage, OSError) as error:
        # A file that can't be read now may be read later with no change to itself.
        return Look(digest, 0, 0, "", why_unreadable(error), lasts=isinstance(error, UnreadableImage))
    return Look(digest, *decoded.image.size, f"{decoded.format} {decoded.mode}", "", lasts=True)


def _look_at(dataset: ImageDataset, indices: np.ndarray) -> Iterator[Look]:
    import grain

    options = grain.ReadOptions(num_threads=available_cores(), prefetch_buffer_size=4 * available_cores())
    source = grain.MapDataset.source(cast(Any, indices))
    return iter(source.map(lambda index: look_at(dataset, int(index))).to_iter_dataset(options))
