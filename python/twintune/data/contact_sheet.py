"""A contact sheet: training images as the network sees them, turned back into colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from twintune.data.dataset import Split
from twintune.data.loader import SharedLoader
from twintune.data.mixing import Mixing
from twintune.data.preprocessing import denormalize
from twintune.data.targets import one_hot
from twintune.system.files import replacing

_LARGEST_TILE, _SMALLEST_TILE = 224, 112
_MARGIN, _CAPTION_HEIGHT, _FONT_SIZE = 8, 18, 12
_PAPER, _INK = (255, 255, 255), (32, 32, 32)


@dataclass(frozen=True)
class _Cell:
    image: Image.Image
    caption: str


def write_contact_sheet(
    file: Path,
    split: Split,
    classes: Sequence[str],
    loader: SharedLoader,
    mixing: Mixing,
    images: int = 8,
    views: int = 5,
) -> None:
    """Writes a PNG file with a row for each image: as an evaluation sees it, then as the first epochs do.

    If batches are mixed, a last row shows the first images of the first batch with the shares of their classes. The
    pixels are the very ones that a run with the loader's seeds trains on.

    Args:
        file: The PNG file, which is written whole or not at all.
        split: The training images.
        classes: Class names by label.
        loader: The loader, which makes the pixels that the network sees.
        mixing: The mixing of whole batches.
        images: The number of images to show, of every class in turn.
        views: The number of epochs to show.
    """
    rows = [
        _views_of_image(split, position, classes, loader, views)
        for position in spread_over_classes(split.labels, images)
    ]
    if mixing.is_on:
        rows.append(_mixed_images(split, classes, loader, mixing, views + 1))
    with replacing(file) as temporary:
        _paint(rows).save(temporary, format="PNG")


def spread_over_classes(labels: np.ndarray, count: int) -> list[int]:
    """Positions of at most `count` images: the first of each class, then the second of each, and so on."""
    by_class = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    in_turn = [int(found[turn]) for turn in range(count) for found in by_class if turn < len(found)]
    return in_turn[:count]


def _views_of_image(
    split: Split, position: int, classes: Sequence[str], loader: SharedLoader, views: int
) -> list[_Cell]:
    name = classes[int(split.labels[position])]
    augmented = [
        _Cell(_to_image(loader.training_view(split, position, epoch), loader), f"epoch {epoch + 1}")
        for epoch in range(views)
    ]
    return [_Cell(_to_image(loader.evaluation_view(split, position), loader), name), *augmented]


def _mixed_images(
    split: Split, classes: Sequence[str], loader: SharedLoader, mixing: Mixing, count: int
) -> list[_Cell]:
    batch = next(loader.training_batches(split, 0))
    inputs, targets = mixing(batch.inputs, one_hot(batch.labels, len(classes)), 0, 0)
    return [
        _Cell(_to_image(pixels, loader), _describe_shares(shares, classes))
        for pixels, shares in zip(inputs[:count], targets[:count], strict=True)
    ]


def _describe_shares(shares: np.ndarray, classes: Sequence[str]) -> str:
    """Describes the shares of the classes in an image, such as `cat 0.71 + dog 0.29`."""
    largest_first = np.argsort(-shares, kind="stable")
    return " + ".join(f"{classes[label]} {shares[label]:.2f}" for label in largest_first if shares[label] > 0)


def _to_image(pixels: np.ndarray, loader: SharedLoader) -> Image.Image:
    """Turns normalised numbers back into an image; a small one is enlarged by whole pixels, which stay visible."""
    image = Image.fromarray(denormalize(pixels, loader.preprocessing))
    if image.width > _LARGEST_TILE:
        return image.resize((_LARGEST_TILE, _LARGEST_TILE), Image.Resampling.BILINEAR)
    times = -(-_SMALLEST_TILE // image.width)
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _paint(rows: Sequence[Sequence[_Cell]]) -> Image.Image:
    width, height = rows[0][0].image.size
    step_x, step_y = width + _MARGIN, height + _CAPTION_HEIGHT + _MARGIN
    columns = max(map(len, rows))
    sheet = Image.new("RGB", (columns * step_x + _MARGIN, len(rows) * step_y + _MARGIN), _PAPER)
    painter, font = ImageDraw.Draw(sheet), ImageFont.load_default(_FONT_SIZE)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            left, top = _MARGIN + across * step_x, _MARGIN + down * step_y
            sheet.paste(cell.image, (left, top))
            painter.text((left, top + height + 2), _shortened(cell.caption, width, font), _INK, font)
    return sheet


def _shortened(caption: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """As much of a caption as fits into a width in pixels."""
    if font.getlength(caption) <= width:
        return caption
    kept = next(end for end in range(len(caption), -1, -1) if font.getlength(caption[:end] + "…") <= width)
    return caption[:kept] + "…"
