"""The decoding of images to 8-bit RGB: one decoder for the check of the data, for training and for both modes."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

VERSION = 3
"""The decoder's version; it goes up when a change gives other pixels or refuses other images, which voids verdicts."""


# Pillow loads its rarer plugins with the first image that wants one, and threads that come meanwhile find none.
Image.init()

_MOST_PIXELS = 100_000_000
"""The most pixels of an image. In RGBA so many take more than a gigabyte of memory until they are RGB."""
# A file is what its first bytes say, whatever its name: Pillow would start Ghostscript for one that is EPS.
_FORMATS = tuple(name for name in ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP") if name in Image.OPEN)


class UnreadableImage(Exception):
    """The error about an image that can't be decoded; the message says why, in a few words and without a full stop."""


class Decoded(NamedTuple):
    """A decoded image, and the format and mode of its encoding."""

    image: Image.Image
    """The image in RGB, upright."""
    format: str
    """Pillow's name of the file format, such as `JPEG` or `PNG`."""
    mode: str
    """Pillow's mode before the conversion, such as `RGB`, `P` or `I;16`."""


def decode(encoded: bytes) -> Decoded:
    """Decodes the first frame to RGB with 8 bits a channel, turned upright by its EXIF orientation.

    Transparent parts are laid on white, so that no pixel depends on the colour that an editor left behind them;
    Pillow's own conversion would show it. 16 bits a channel are scaled to 8 by taking the upper byte, as Pillow does
    for colour; Pillow's own conversion of 16-bit greyscale would clip it to white. CMYK is converted as Pillow does,
    without a colour profile.

    Args:
        encoded: A file's bytes, in a format of the file names that count as images.

    Raises:
        UnreadableImage: If the image is damaged, cut off or too large, or its values have no agreed range.
    """
    try:
        with Image.open(io.BytesIO(encoded), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableImage(f"it has {image.width} × {image.height} pixels, more than {_MOST_PIXELS:,}")
            image.load()
            return Decoded(_to_rgb(_upright(image)), image.format or "", image.mode)
    except (UnreadableImage, MemoryError):
        raise
    except UnidentifiedImageError as error:
        known = f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}"
        raise UnreadableImage(f"its content is no {known} image" if encoded else "the file is empty") from error
    except Exception as error:  # plugins raise what they like: struct.error, zlib.error, DecompressionBombError
        raise UnreadableImage(str(error) or type(error).__name__) from error


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that turns an image upright, by its EXIF orientation; 1 is upright."""


def _upright(image: Image.Image) -> Image.Image:
    # Pillow's own `exif_transpose` writes all tags anew, and fails at one that a camera has given an odd type.
    turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "I" or image.mode.startswith("I;16"):
        return Image.fromarray(_upper_byte(np.asarray(image))).convert("RGB")
    if image.mode == "F":
        raise UnreadableImage("floating-point pixels have no agreed range; save it with 8 or 16 bits")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        return white.convert("RGB")
    return image.convert("RGB")


def _upper_byte(values: np.ndarray) -> np.ndarray:
    """The upper 8 of 16 bits; Pillow gives some 16-bit formats as 32-bit integers."""
    if values.min() < 0 or values.max() > 0xFFFF:
        raise UnreadableImage("32-bit pixels have no agreed range; save it with 8 or 16 bits")
    return (values >> 8).astype(np.uint8)
