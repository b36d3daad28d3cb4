"""Writes the first images of each of the sample's files into a folder: `small_sample.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq

ROWS = {"train": 96, "test": 32}
SAMPLE = Path(__file__).parents[2] / "examples" / "data"


def main(folder: Path) -> None:
    """Writes the files, by the names that they have in the sample."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in ROWS.items():
        pq.write_table(pq.read_table(SAMPLE / f"{name}.parquet").slice(0, rows), folder / f"{name}.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
