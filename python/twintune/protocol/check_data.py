"""The message that checks whether the data are a run's: the twin of `src/protocol/check-data.ts`."""

from __future__ import annotations

from twintune.protocol.dataset import DatasetRequest
from twintune.protocol.message import Message


class CheckDataRequest(Message):
    """The data, the predictions.safetensors of a finished run, and the hash of the identities in each of its splits."""

    dataset: DatasetRequest
    split_seed: int | None
    cache_directory: str
    predictions: str
    membership: str


class CheckDataResult(Message):
    """A sentence that says which images differ from the run's, or None if the data are the same."""

    problem: str | None
