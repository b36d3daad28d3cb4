"""The description of a specification's data, split as a run would split them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.checking import progress_reports
from twintune.data.contact_sheet import write_contact_sheet
from twintune.data.dataset import Split, Splits
from twintune.data.duplicates import find_duplicates
from twintune.data.loader import SharedLoader
from twintune.data.mixing import Mixing
from twintune.data.outside import outside_warnings
from twintune.data.splits import CheckedSources, divide, open_checked_sources
from twintune.data.verdicts import Verdicts
from twintune.errors import TwintuneError
from twintune.protocol import (
    DescribeDataRequest,
    DescribeDataResult,
    DuplicateImage,
    EmitChecked,
    ImageKind,
    ImageSizes,
    SheetRequest,
    SplitDescription,
    SplitName,
    Spread,
    UnreadableImage,
)


def describe_data(request: DescribeDataRequest, emit: EmitChecked) -> DescribeDataResult:
    """Opens, checks and splits the data, and counts what there is. Images that can't be decoded are in no split.

    Args:
        request: The specification's data set, and the contact sheet that is wanted, if any.
        emit: A function that takes reports on how many images have been checked; it may raise `Cancelled`.

    Raises:
        TwintuneError: If the data can't be used for a run; images that can't be decoded are no failure here.
    """
    checked = open_checked_sources(request.dataset, request.cache_directory, progress_reports(emit))
    splits = divide(checked, request.dataset, request.seeds.split)
    sheet_warnings: list[str] = []
    if request.sheet is not None:
        sheet_warnings = _draw_sheet(request.sheet, request, splits)
    return DescribeDataResult(
        classes=splits.classes,
        splits=[_describe_split(name, s, checked, len(splits.classes)) for name, s in splits.named().items()],
        duplicates=_duplicates(splits, checked),
        unreadable=[UnreadableImage(image.place, image.reason) for image in splits.skipped],
        warnings=[
            *splits.warnings,
            *outside_warnings(request.dataset, checked.sources.given()),
            *sheet_warnings,
        ],
    )


def _draw_sheet(sheet: SheetRequest, request: DescribeDataRequest, splits: Splits) -> list[str]:
    preprocessing = find_backbone(sheet.backbone).preprocessing_of(sheet.weights)
    loader = SharedLoader(
        request.seeds,
        sheet.batch_size,
        request.dataset.image_size,
        preprocessing,
        "float32",
        sheet.augmentation,
        request.dataset.resize,
        sheet.sampler,
    )
    mixing = Mixing(request.seeds.augmentation, sheet.augmentation.mixup, sheet.augmentation.cutmix)
    try:
        return write_contact_sheet(Path(sheet.file), splits.train, splits.classes, loader, mixing)
    except OSError as error:
        raise TwintuneError(
            "FILE_UNWRITABLE",
            f"The contact sheet {sheet.file} can't be written: {error.strerror}.",
            "Name another file as --sheet.",
        ) from error


def _describe_split(name: SplitName, split: Split, checked: CheckedSources, classes: int) -> SplitDescription:
    verdicts = checked.verdicts_of(split.dataset)
    sizes = verdicts.sizes[split.indices]
    return SplitDescription(
        name=name,
        images=len(split),
        images_by_class=np.bincount(split.labels, minlength=classes).tolist(),
        sizes=ImageSizes(width=_spread(sizes[:, 0]), height=_spread(sizes[:, 1])),
        kinds=_kinds(verdicts, split.indices),
    )


def _spread(values: np.ndarray) -> Spread:
    return Spread(min=int(values.min()), median=float(np.median(values)), max=int(values.max()))


def _kinds(verdicts: Verdicts, indices: np.ndarray) -> list[ImageKind]:
    """The kinds of images in a split, the most frequent first."""
    counts = np.bincount(verdicts.kinds[indices], minlength=len(verdicts.kind_names))
    named = Counter({name: int(count) for name, count in zip(verdicts.kind_names, counts, strict=True) if count})
    kinds = []
    for name, count in named.most_common():
        image_format, mode = name.split(" ", 1)
        kinds.append(ImageKind(format=image_format, mode=mode, images=count))
    return kinds


def _duplicates(splits: Splits, checked: CheckedSources) -> list[list[DuplicateImage]]:
    """Groups of images with the same bytes, within a split and across splits."""
    named = list(splits.named().items())
    starts = np.cumsum([0, *(len(split) for _, split in named)])
    digests = np.concatenate([checked.verdicts_of(split.dataset).digests[split.indices] for _, split in named])
    return [[_member(at, named, starts, splits.classes) for at in group] for group in find_duplicates(digests)]


def _member(
    at: int, named: Sequence[tuple[SplitName, Split]], starts: np.ndarray, classes: list[str]
) -> DuplicateImage:
    number = int(np.searchsorted(starts, at, side="right")) - 1
    name, split = named[number]
    position = int(at - starts[number])
    return DuplicateImage(split=name, image=split.describe(position), label=classes[split.labels[position]])
