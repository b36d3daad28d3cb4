"""The message that imports a framework: the twin of `src/protocol/import-framework.ts`."""

from __future__ import annotations

from twintune.protocol.message import Framework, Message, Mode


class ImportFrameworkRequest(Message):
    """A request to import a framework and its engine's packages: the engine of `mode`, or, for None, of both modes."""

    framework: Framework
    mode: Mode | None


class ImportFrameworkResult(Message):
    """The seconds that the import took."""

    seconds: float
