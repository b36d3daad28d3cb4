"""The twin of `src/protocol/import-framework.ts`."""

from __future__ import annotations

from twintune.protocol.message import Framework, Message, Mode


class ImportFrameworkRequest(Message):
    """Import this framework and what its engine of a mode needs, or of either."""

    framework: Framework
    mode: Mode | None


class ImportFrameworkResult(Message):
    """How long it took."""

    seconds: float
