"""Fonts for captions in any script: Pillow's own, and for what it lacks the fonts of this machine."""

from __future__ import annotations

import functools
import itertools
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_EMOJI_SIZES = (109, 136, 128, 160)
"""The sizes of fonts that hold pictures and no outlines."""
_STYLES = ("bold", "italic", "oblique", "mono", "condensed", "black", "light", "math", "serif")
"""Words in the names of faces that a caption is drawn in only where no plain one has its letters."""
_UNASSIGNED = "\U0010fffe"
"""A character that no font has: what a font draws for it, it draws for every character that it lacks."""

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class _Face:
    """A font, the size that captions have, and what it draws for characters that it lacks."""

    font: Font
    size: int
    lacking: tuple[bytes, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lacking", _drawing(self.font, _UNASSIGNED))

    @property
    def is_scaled(self) -> bool:
        """Whether the font has pictures of one size, which are made smaller."""
        return self.font.size != self.size

    def has(self, character: str) -> bool:
        """Whether the font has a glyph of its own for a character."""
        return _drawing(self.font, character) != self.lacking


class CaptionFonts:
    """Draws texts in the first font that has their characters."""

    def __init__(self, size: int, files: Sequence[Path] | None = None) -> None:
        """Looks for no font yet: only a text that Pillow's own font lacks needs another.

        Args:
            size: The height of the texts in pixels.
            files: Files of fonts, the most wanted first; None looks in the folders where systems keep them.
        """
        self._size, self._files = size, files
        own = ImageFont.load_default(size)
        assert isinstance(own, ImageFont.FreeTypeFont)
        self._own = _Face(own, size)
        self._chosen: dict[str, _Face | None] = {}

    def lacking(self, text: str) -> str:
        """The characters of a text that no font on this machine has, each once; empty if the text can be drawn."""
        return "".join(dict.fromkeys(each for each in _composed(text) if self._face_of(each) is None))

    def length(self, text: str) -> float:
        """The width of a text in pixels."""
        return sum(self._length(face, part) for face, part in self._runs(text))

    def draw(self, sheet: Image.Image, place: tuple[int, int], text: str, ink: tuple[int, int, int]) -> None:
        """Draws a text of which nothing is lacking.

        Args:
            sheet: The image to draw on.
            place: The left end and the top of the text.
            text: The text.
            ink: The colour of letters; emoji have their own colours where the font has.
        """
        left, top = place
        # All letters of a line stand on the height of Pillow's own.
        baseline = top + self._own.font.getmetrics()[0]
        for face, part in self._runs(text):
            if face.is_scaled:
                picture = _picture(face, part)
                sheet.paste(picture, (round(left), baseline - picture.height + 2), picture)
            else:
                ImageDraw.Draw(sheet).text((left, baseline), part, ink, face.font, anchor="ls")
            left += self._length(face, part)

    def _length(self, face: _Face, text: str) -> float:
        return _picture(face, text).width if face.is_scaled else face.font.getlength(text)

    def _runs(self, text: str) -> Iterator[tuple[_Face, str]]:
        """Parts of a text with the font of each, from left to right; a single one where a font has the whole text."""
        text = _composed(text)
        faces = dict.fromkeys(self._face_of(character) or self._own for character in text)
        whole = next((face for face in faces if all(face.has(each) or _joins(each) for each in text)), None)
        if whole is not None:
            return iter([(whole, text)])
        chosen: list[_Face] = []
        for character in text:
            # A picture's space is as wide as a picture.
            is_gap = character.isspace() and chosen and chosen[-1].is_scaled
            stays = chosen and not is_gap and (_joins(character) or chosen[-1].has(character))
            chosen.append(chosen[-1] if stays else self._face_of(character) or self._own)
        pairs = itertools.groupby(zip(chosen, text, strict=True), key=lambda pair: id(pair[0]))
        runs = [[*pair] for _, pair in pairs]
        return iter([(run[0][0], "".join(character for _, character in run)) for run in runs])

    def _face_of(self, character: str) -> _Face | None:
        if _joins(character) or self._own.has(character):
            return self._own
        if character not in self._chosen:
            files = _font_files() if self._files is None else self._files
            faces = (_open(file, self._size) for file in files)
            self._chosen[character] = next((face for face in faces if face and face.has(character)), None)
        return self._chosen[character]


def _composed(text: str) -> str:
    """A text with its letters and their marks in one, as more fonts have them."""
    return unicodedata.normalize("NFC", text)


def _joins(character: str) -> bool:
    """Whether a character shows in no way of its own: a space, or what joins emoji or picks their style."""
    return unicodedata.category(character) in ("Cf", "Zs") or "\ufe00" <= character <= "\ufe0f"


def _drawing(font: Font, character: str) -> tuple[bytes, float]:
    mask: Any = font.getmask(character)
    return bytes(mask), font.getlength(character)


def _picture(face: _Face, text: str) -> Image.Image:
    left, top, right, bottom = face.font.getbbox(text)
    picture = Image.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((-left, -top), text, font=face.font, embedded_color=True)
    height = face.size + 2
    return picture.resize((max(1, round(picture.width * height / picture.height)), height), Image.Resampling.LANCZOS)


@functools.lru_cache(maxsize=512)
def _open(file: Path, size: int) -> _Face | None:
    for attempted in (size, *_EMOJI_SIZES):
        try:
            return _Face(ImageFont.truetype(file, attempted), size)
        except OSError:
            # A font of pictures has one size; what is no font has none.
            continue
    return None


@functools.lru_cache(maxsize=1)
def _font_files() -> tuple[Path, ...]:
    """The font files of this machine: plain faces before bold and slanted ones, Noto's first, Unifont's dots last."""
    home = Path.home()
    data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
    folders = [Path(data, "fonts"), home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]
    if sys.platform == "darwin":
        folders = [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    found = [
        Path(folder, name)
        for root in folders
        for folder, _, names in os.walk(root)
        for name in names
        if name.lower().endswith(_ENDINGS)
    ]
    return tuple(sorted(found, key=_rank))


def _rank(file: Path) -> tuple[bool, bool, bool, str]:
    name = file.name.lower()
    return "unifont" in name, any(word in name for word in _STYLES), "noto" not in name, name
