"""The twin of `src/protocol/import-framework.ts`."""

from __future__ import annotations

from twintune.protocol.message import Framework, Message


class ImportFrameworkRequest(Message):
    """Import this framework and its engine."""

    framework: Framework


class ImportFrameworkResult(Message):
    """How long it took."""

    seconds: float
