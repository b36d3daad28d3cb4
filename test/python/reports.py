"""Progress reports as TypeScript gets them."""

from __future__ import annotations

import msgspec
from twintune.protocol import Progress


def as_sent(report: Progress) -> dict:
    """A report as the JSON object that crosses the bridge."""
    return msgspec.json.decode(msgspec.json.encode(report))


class Reports(list):
    """The reports of a run as they come: `append` takes the place of `emit`."""

    def append(self, report: Progress) -> None:
        super().append(as_sent(report))

    def of(self, kind: str) -> list[dict]:
        return [report for report in self if report["type"] == kind]
