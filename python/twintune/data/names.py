"""The names of image files."""

from __future__ import annotations

EXTENSIONS = (
    ".apng",
    ".avif",
    ".bmp",
    ".gif",
    ".jfif",
    ".jpeg",
    ".jpg",
    ".pgm",
    ".png",
    ".ppm",
    ".tif",
    ".tiff",
    ".webp",
)
"""The endings of the names of image files, in small letters."""


def is_image(name: str) -> bool:
    """Whether a file is an image by its name; hidden files are none."""
    return not name.startswith(".") and name.lower().endswith(EXTENSIONS)
