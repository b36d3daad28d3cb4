"""Progress reports as TypeScript gets them."""

from __future__ import annotations

import msgspec
from twintune.protocol import Facts, Progress


def as_sent(report: Progress) -> dict:
    """A report as the JSON object that crosses the bridge."""
    return msgspec.json.decode(msgspec.json.encode(report))


class Reports(list):
    """The reports of a run as they come: `append` takes the place of `emit`."""

    def append(self, report: Progress) -> None:
        super().append(as_sent(report))

    def of(self, kind: str) -> list[dict]:
        return [report for report in self if report["type"] == kind]


def without_rounding(facts: Facts) -> Facts:
    """Facts without what rounding alone makes differ between frameworks: the contract compares it by tolerances."""
    phases = [msgspec.structs.replace(phase, features_difference=None) for phase in facts.phases]
    images = [
        msgspec.structs.replace(epoch, weight=round(epoch.weight, 3), loss=None, right=None) for epoch in facts.images
    ]
    return msgspec.structs.replace(facts, phases=phases, images=images)
