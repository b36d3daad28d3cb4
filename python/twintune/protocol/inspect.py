"""The twin of `src/protocol/inspect.ts`."""

from __future__ import annotations

from twintune.protocol.message import Framework, Message


class InspectRequest(Message):
    """Tell what the machine offers this framework."""

    framework: Framework


class InspectResult(Message):
    """What the machine offers a framework."""

    python: str
    executable: str
    versions: dict[str, str]
    devices: list[str]
    gpu_support: str
    processors: list[int] | None
    memory_bytes: int
    available_memory_bytes: int
