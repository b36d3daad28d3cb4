"""The message that inspects the machine: the twin of `src/protocol/inspect.ts`."""

from __future__ import annotations

from twintune.protocol.message import Framework, Message


class InspectRequest(Message):
    """A request to tell what the machine offers a framework."""

    framework: Framework


class InspectResult(Message):
    """The machine as a framework sees it.

    `processors` are the numbers of those that the process is bound to, None where the system does not tell.
    """

    python: str
    executable: str
    versions: dict[str, str]
    devices: list[str]
    gpu_support: str
    processors: list[int] | None
    memory_bytes: int
    available_memory_bytes: int
