"""What became of each mutant: the score, the survivors, and the file that keeps both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mutants.sampling import Mutant

Status = Literal["killed", "timeout", "survived", "not-run"]
"""`not-run`: no test that is asked runs the line."""


@dataclass(frozen=True)
class Outcome:
    """What the tests made of one mutant."""

    mutant: Mutant
    status: Status
    killed_by: str | None
    """The node id of the test that failed."""
    asked: int
    """How many tests were asked."""
    unasked: int
    """How many more run the line, but would have taken longer than a mutant may take."""
    seconds: float

    def to_json(self) -> dict:
        """The fields of the report's file; those that TypeScript's report has too have its names."""
        return {
            "id": self.mutant.id,
            "place": f"{self.mutant.file}:{self.mutant.line}",
            "operator": self.mutant.operator,
            "before": self.mutant.before,
            "after": self.mutant.after,
            "status": self.status,
            "killedBy": self.killed_by,
            "asked": self.asked,
            "unasked": self.unasked,
            "seconds": round(self.seconds, 1),
        }


def write_report(path: Path, outcomes: Sequence[Outcome], seed: int, of: int) -> None:
    """Writes all outcomes.

    Args:
        path: The file.
        outcomes: In the order in which they were drawn.
        seed: What they were drawn by.
        of: How many mutants there are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {"seed": seed, "of": of, "mutants": [outcome.to_json() for outcome in outcomes]}
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def describe(outcomes: Sequence[Outcome]) -> str:
    """The survivors, and below them the score: killed / (killed + survived)."""
    lines = []
    for outcome in outcomes:
        if outcome.status in ("survived", "not-run"):
            mutant = outcome.mutant
            tests = "no test runs it" if outcome.status == "not-run" else f"{outcome.asked} tests asked"
            if outcome.unasked:
                tests += f", {outcome.unasked} slower ones not"
            lines += [f"{mutant.file}:{mutant.line}  ({mutant.id}, {tests})"]
            lines += [f"  - {mutant.before}", f"  + {mutant.after}"]
    timeouts = sum(outcome.status == "timeout" for outcome in outcomes)
    killed = timeouts + sum(outcome.status == "killed" for outcome in outcomes)
    if outcomes:
        share = f"{killed / len(outcomes):.0%}"
        lines.append(
            f"Python: {killed} of {len(outcomes)} mutants killed ({share}), {timeouts} of them by a time limit"
        )
    return "\n".join(lines)
