"""A contact sheet: training images as the network sees them, turned back into colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from twintune.data.caption_fonts import CaptionFonts
from twintune.data.dataset import Split
from twintune.data.loader import SharedLoader
from twintune.data.mixing import Mixing
from twintune.data.preprocessing import denormalize
from twintune.data.targets import one_hot
from twintune.system.files import replacing

_LARGEST_TILE, _SMALLEST_TILE = 224, 112
_MARGIN, _CAPTION_HEIGHT, _FONT_SIZE = 8, 18, 12
_SHOWN_LETTERS = 20
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
    fonts: CaptionFonts | None = None,
) -> list[str]:
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
        fonts: The fonts of the captions; None takes Pillow's and those of this machine.

    Returns:
        A warning where no font has the letters of a class, whose number then stands in its place.
    """
    fonts = fonts or CaptionFonts(_FONT_SIZE)
    classes, warnings = _drawable(classes, fonts)
    rows = [
        _views_of_image(split, position, classes, loader, views)
        for position in spread_over_classes(split.labels, images)
    ]
    if mixing.is_on:
        rows.append(_mixed_images(split, classes, loader, mixing, views + 1))
    with replacing(file) as temporary:
        _paint(rows, fonts).save(temporary, format="PNG")
    return warnings


def _drawable(classes: Sequence[str], fonts: CaptionFonts) -> tuple[list[str], list[str]]:
    """Class names that can be drawn: one with letters that no font has is named by its number."""
    lacking = {name: fonts.lacking(name) for name in classes}
    if not any(lacking.values()):
        return list(classes), []
    letters = "".join(dict.fromkeys("".join(lacking.values())))
    numbered = [name if not lacking[name] else f"class {number}" for number, name in enumerate(classes)]
    first = next(name for name in classes if lacking[name])
    return numbered, [
        f"No font on this machine has {letters[:_SHOWN_LETTERS]}: the contact sheet says"
        f" {numbered[classes.index(first)]!r} for the class {first!r}. Install fonts that have these letters, such as"
        " Noto's (Debian: fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji)."
    ]


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


def _paint(rows: Sequence[Sequence[_Cell]], fonts: CaptionFonts) -> Image.Image:
    width, height = rows[0][0].image.size
    step_x, step_y = width + _MARGIN, height + _CAPTION_HEIGHT + _MARGIN
    columns = max(map(len, rows))
    sheet = Image.new("RGB", (columns * step_x + _MARGIN, len(rows) * step_y + _MARGIN), _PAPER)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            left, top = _MARGIN + across * step_x, _MARGIN + down * step_y
            sheet.paste(cell.image, (left, top))
            fonts.draw(sheet, (left, top + height + 2), _shortened(cell.caption, width, fonts), _INK)
    return sheet


def _shortened(caption: str, width: int, fonts: CaptionFonts) -> str:
    """As much of a caption as fits into a width in pixels."""
    if fonts.length(caption) <= width:
        return caption
    kept = next(end for end in range(len(caption), -1, -1) if fonts.length(caption[:end] + "…") <= width)
    return caption[:kept] + "…"
