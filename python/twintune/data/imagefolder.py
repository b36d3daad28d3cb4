"""Images in folders, a folder a class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from twintune.errors import TwintuneError

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")


class ImageFolderDataset:
    """Image files below `root/CLASS/`, sorted by class and by path; hidden files and folders are passed over."""

    def __init__(self, root: str) -> None:
        """Lists the folder; no image is opened.

        Args:
            root: The folder that holds a folder a class.

        Raises:
            TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
        """
        self.root = Path(root)
        if not self.root.is_dir():
            raise TwintuneError(
                "DATASET_NOT_FOUND",
                f"There is no folder {root}.",
                "Give the folder that holds a folder a class.",
            )
        folders = sorted(e.name for e in self.root.iterdir() if e.is_dir() and not e.name.startswith("."))
        files = {name: _image_files(self.root / name) for name in folders}
        self.classes = [name for name in folders if files[name]]
        self.warnings = [
            f"{self.root / name} holds no image, so it is no class." for name in folders if not files[name]
        ]
        self.identities = [path.relative_to(self.root).as_posix() for name in folders for path in files[name]]
        labels = [label for label, name in enumerate(self.classes) for _ in files[name]]
        self.labels = np.array(labels, dtype=np.int64)
        if not self.identities:
            found = f"no image in {', '.join(folders[:5])}" if folders else "no folders"
            raise TwintuneError(
                "DATASET_EMPTY",
                f"{root} holds {found}.",
                f"Put images ({', '.join(EXTENSIONS)}) into a folder a class below it.",
            )

    def read(self, index: int) -> bytes:
        """The bytes of the file."""
        return (self.root / self.identities[index]).read_bytes()

    def describe(self, index: int) -> str:
        """The path of the file."""
        return str(self.root / self.identities[index])


def _image_files(folder: Path) -> list[Path]:
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(parent, name) for name in names if _is_image(name)]
    return sorted(files)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(EXTENSIONS)
