"""The decision whether a run keeps its images decoded, and where."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import psutil

from twintune.data.dataset import Split, Splits
from twintune.data.kept_images import KeptInFile, KeptInMemory, KeptSplit, Room
from twintune.protocol import RunRequest
from twintune.training.first_stage import frozen_stages, pools_features

_SHARE = 4
"""The divisor of the available memory, or of the free disk, that kept images may take when a run begins: a fourth."""


def keep_decoded(splits: Splits, request: RunRequest) -> Splits:
    """Returns splits whose images are decoded once, as far as there is room, if a run passes over them more than once.

    Only the shared loader reads such splits: the listings of idiomatic mode decode in their own pipelines.

    Args:
        splits: The splits as they were opened. The test's images are seen once and are never kept.
        request: The run's request, whose `dataset.cache_decoded` says where images are kept: in `memory`; on the
            `disk`, in a file that goes with the splits; or, for `auto`, in such a file that the memory has room for
            too, so that its pages stay there while nobody else needs them. Images beyond the room are decoded anew in
            every epoch.
    """
    where = request.dataset.cache_decoded
    if where == "none" or _epochs_on_pixels(request) <= 1:
        return splits
    folder = Path(request.cache_directory, "images")
    room = Room(_bytes_allowed(where, folder))

    def keep(split: Split, originals: bool) -> Split:
        images = KeptInMemory(room) if where == "memory" else KeptInFile(len(split), folder, room)
        return KeptSplit(split.dataset, split.indices, images, originals)

    # Random resized crops are cut out of the original; all other augmentations begin with the plain resizing.
    train = keep(splits.train, originals=request.augmentation.random_resized_crop is not None)
    validation = splits.validation and keep(splits.validation, originals=False)
    return dataclasses.replace(splits, train=train, validation=validation)


def _epochs_on_pixels(request: RunRequest) -> int:
    """The number of epochs that may read the images, as long as it isn't known whether activations have room."""
    phases = request.training.phases
    return sum(phase.epochs for phase in phases if not pools_features(frozen_stages(phase, request), request))


def _bytes_allowed(where: str, folder: Path) -> int:
    memory = psutil.virtual_memory().available // _SHARE
    if where == "memory":
        return memory
    folder.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(folder).free // _SHARE
    return disk if where == "disk" else min(memory, disk)
