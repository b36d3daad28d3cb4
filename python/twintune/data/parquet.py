"""Data sets in parquet files, in the Hugging Face schema or with bare columns of bytes and classes."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from twintune.data.dataset import Sources
from twintune.data.table import TableDataset
from twintune.errors import TwintuneError
from twintune.protocol import Parquet
from twintune.system.files import digest_of_states


def open_parquet_files(request: Parquet, cache_directory: str) -> Sources:
    """Opens the parquet files of a request; no image is decoded.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID or DATASET_EMPTY.
    """

    def open_file(file: str) -> TableDataset:
        return TableDataset(_read(file, cache_directory), file, request.image_column, request.label_column)

    return Sources(
        train=open_file(request.train),
        validation=None if request.validation is None else open_file(request.validation),
        test=None if request.test is None else open_file(request.test),
    )


def _read(file: str, cache_directory: str) -> Any:
    """The rows of a file, memory-mapped in the cache folder."""
    import datasets
    import pyarrow
    import pyarrow.parquet
    from datasets.exceptions import DatasetGenerationError

    if not Path(file).is_file():
        raise TwintuneError("DATASET_NOT_FOUND", f"There is no file {file}.", "Give a parquet file.")
    datasets.disable_progress_bars()
    try:
        rows = pyarrow.parquet.read_metadata(file).num_rows
    except (pyarrow.ArrowException, ValueError, OSError) as error:  # a damaged end of the file raises OSError
        raise _unreadable(file, error) from error
    if rows == 0:
        raise TwintuneError("DATASET_EMPTY", f"{file} has no rows.", "Give a parquet file that has images.")
    # `datasets` knows a file by its name and time of change, which a copy may keep.
    folder = Path(cache_directory, "datasets", digest_of_states([Path(file)]))
    try:
        return datasets.Dataset.from_parquet(glob.escape(file), cache_dir=str(folder))
    except (DatasetGenerationError, pyarrow.ArrowException, ValueError) as error:
        raise _unreadable(file, error.__cause__ or error) from error


def _unreadable(file: str, reason: BaseException) -> TwintuneError:
    return TwintuneError(
        "DATASET_INVALID", f"{file} can't be read as parquet: {reason}", "Write the parquet file anew."
    )
