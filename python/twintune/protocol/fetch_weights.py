"""The message that gets the weights of a backbone from the hub: the twin of `src/protocol/fetch-weights.ts`."""

from __future__ import annotations

from twintune.protocol.message import Message


class FetchWeightsRequest(Message):
    """A backbone whose weights are on the hub; without `folder` the hub's own cache on this machine is meant."""

    backbone: str
    folder: str | None
    download: bool


class FetchWeightsResult(Message):
    """The file of a backbone's weights and its size in bytes; None if it isn't here."""

    file: str | None
    bytes: int | None
    downloaded: bool
