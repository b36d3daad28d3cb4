"""Captions are drawn in any script, or say what can't be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from augmentations import augmentation
from loaders import PREPROCESSING, training_split
from PIL import Image
from twintune.data.caption_fonts import CaptionFonts
from twintune.data.contact_sheet import write_contact_sheet
from twintune.data.loader import SharedLoader
from twintune.data.mixing import Mixing
from twintune.protocol import RunSeeds

SANS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
needs_sans = pytest.mark.skipif(not SANS.is_file(), reason="the machine lacks the font DejaVu Sans")


def drawn(fonts: CaptionFonts, text: str) -> np.ndarray:
    sheet = Image.new("RGB", (200, 24), (255, 255, 255))
    fonts.draw(sheet, (4, 4), text, (0, 0, 0))
    return np.asarray(sheet)


def test_a_plain_name_needs_no_font_of_the_machine():
    fonts = CaptionFonts(12, files=[])
    assert fonts.lacking("cat 0.71 + Hund") == ""
    assert drawn(fonts, "cat").min() < 128


def test_letters_that_no_font_has_are_named():
    assert CaptionFonts(12, files=[]).lacking("猫 and 犬, 猫") == "猫犬"


@needs_sans
def test_what_pillow_s_font_lacks_comes_from_a_font_of_the_machine():
    fonts = CaptionFonts(12, files=[SANS])
    assert fonts.lacking("قطة ψάρι café") == ""
    assert fonts.lacking("cafe\u0301") == "", "a letter and its mark apart are the letter that fonts have"
    assert fonts.lacking("قطة 猫") == "猫"
    assert not np.array_equal(drawn(fonts, "قطة"), drawn(fonts, "كلب")), "both would be the same boxes"


@needs_sans
def test_a_text_is_as_wide_as_its_parts():
    fonts = CaptionFonts(12, files=[SANS])
    assert fonts.length("cat") == CaptionFonts(12, files=[]).length("cat")
    assert fonts.length("ψάρι ψάρι") > fonts.length("ψάρι") > 0


def test_a_class_that_can_t_be_drawn_is_shown_by_its_number_and_said(pictures: Path, tmp_path: Path):
    loader = SharedLoader(
        RunSeeds(init=0, order=0, augmentation=0, split=None),
        8,
        64,
        PREPROCESSING,
        "float32",
        augmentation(),
        "squash",
        "shuffled",
    )
    split, mixing, none = training_split(pictures), Mixing(0, 0, 0), CaptionFonts(12, files=[])

    def write(name: str, classes: list[str]) -> list[str]:
        return write_contact_sheet(tmp_path / name, split, classes, loader, mixing, images=3, views=1, fonts=none)

    assert write("numbers.png", ["class 0", "dog", "horse"]) == []
    [warning] = write("unknown.png", ["猫", "dog", "horse"])
    assert "猫" in warning
    assert "'class 0'" in warning
    numbers, unknown = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("numbers", "unknown"))
    assert np.array_equal(numbers, unknown)
