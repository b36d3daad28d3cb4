"""The check that the data are still those that a finished run was trained and tested on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twintune.data.checking import progress_reports
from twintune.data.dataset import Splits
from twintune.data.problems import list_briefly
from twintune.data.splits import open_splits
from twintune.errors import TwintuneError
from twintune.evaluation.evaluation import DATA
from twintune.model.tensor_files import DamagedTensors, SealedTensors, load_sealed
from twintune.protocol import CheckDataRequest, CheckDataResult, EmitChecked


def check_data(request: CheckDataRequest, emit: EmitChecked) -> CheckDataResult:
    """Opens, checks and splits the data, and holds them against what a run has kept of its own.

    Args:
        request: The data, and where the run's predictions lie.
        emit: A function that takes reports on how many images have been checked; it may raise `Cancelled`.

    Raises:
        TwintuneError: If the data can't be used for a run; PREDICTIONS_UNUSABLE if the predictions are damaged.
    """
    kept = _load(Path(request.predictions))
    splits = open_splits(request.dataset, request.split_seed, request.cache_directory, progress_reports(emit))
    return CheckDataResult(problem=_difference(splits, kept, request.membership))


def _difference(splits: Splits, kept: SealedTensors, membership: str) -> str | None:
    if splits.membership != membership:
        return f"Images were added, taken out, renamed or given another class; {_tests(splits, kept)}."
    if kept.metadata.get(DATA) != splits.digest:
        return "Images have the same names and classes as before, and other contents."
    return None


def _tests(splits: Splits, kept: SealedTensors) -> str:
    """Says how the test images differ, whose classes the run has kept in their order."""
    before, now = kept.tensors["labels"], splits.test.labels
    if len(before) != len(now):
        return f"the test had {len(before)} of them, and has {len(now)} now"
    others = np.flatnonzero(before != now)
    if len(others) == 0:
        return "the classes of the test images are as they were"
    named = list_briefly([splits.test.describe(int(position)) for position in others])
    return f"test images that have another class than the one in their place before: {named}"


def _load(file: Path) -> SealedTensors:
    try:
        return load_sealed(file)
    except DamagedTensors as error:
        raise TwintuneError(
            "PREDICTIONS_UNUSABLE", f"{file} can't be read: {error}.", "Start a new comparison with other seeds."
        ) from error
