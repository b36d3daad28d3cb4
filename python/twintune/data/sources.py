"""The data sets that a request names, before they are split."""

from __future__ import annotations

from twintune.data.csv_file import open_csv_files
from twintune.data.dataset import Sources
from twintune.data.imagefolder import open_image_folders
from twintune.data.strings import printable
from twintune.errors import TwintuneError, is_limit
from twintune.protocol import Csv, DatasetRequest, ImageFolder, Parquet


def open_sources(request: DatasetRequest, cache_directory: str) -> Sources:
    """Opens the data of a request; no image is decoded.

    Args:
        request: The specification's data set.
        cache_directory: The folder in which memory-mapped copies are kept.

    Raises:
        TwintuneError: DATASET_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY or DATASET_UNAVAILABLE.
    """
    if isinstance(request, ImageFolder | Csv):
        try:
            return open_image_folders(request) if isinstance(request, ImageFolder) else open_csv_files(request)
        except OSError as error:
            if is_limit(error):
                raise
            raise TwintuneError(
                "DATASET_INVALID",
                f"{printable(error.filename or request.train)} can't be read: {error.strerror}.",
                "Change its permissions, or name another folder.",
            ) from error
    # These two modules are imported late, since `datasets` takes a second to import.
    if isinstance(request, Parquet):
        from twintune.data.parquet import open_parquet_files

        return open_parquet_files(request, cache_directory)
    from twintune.data.huggingface import open_huggingface

    return open_huggingface(request, cache_directory)
