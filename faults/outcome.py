"""The outcomes of the suite: what became of each fault when it was last planted, kept in docs/faults.json."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from faults import ROOT

OUTCOMES = ROOT / "docs" / "faults.json"


class Outcome(msgspec.Struct, rename="camel", kw_only=True):
    """The outcome of one comparison, with a fault or without."""

    date: str
    """The day of the run, in ISO 8601."""
    seconds: float
    rows: dict[str, str]
    """The evidence of each contract row that was `different`, by the row's name."""
    failure: str | None
    """The message of the first run that failed; None if all finished."""
    verdict: str | None
    """The verdict on the primary metric; None without one."""
    losses: dict[str, list[float]]
    """The losses of all epochs, of the validations and of the test of each framework, over all seeds."""
    rungs: list[str] | None = None
    """The rungs of the parity ladder that did not hold; None if the ladder was not climbed."""


class FaultOutcome(Outcome):
    """The outcome of a comparison with a fault."""

    change: float | None
    """The largest relative change of the faulty framework's losses by the fault; None if a run failed."""


class Outcomes(msgspec.Struct, rename="camel"):
    """The outcomes of the suite's last runs."""

    plain: dict[str, Outcome] = {}
    """The outcome of each specification without a fault, by its name."""
    faults: dict[str, FaultOutcome] = {}
    """The outcome of each fault, by its id."""


State = Literal["shown", "shown elsewhere", "failed", "unseen"]


def state_of(outcome: FaultOutcome, shown_by: str | None) -> State:
    """The state of a fault after its run.

    Args:
        outcome: The outcome of the comparison with the fault.
        shown_by: The row or rung that should show the fault (see `faults.fault.Fault`).
    """
    shown = [*outcome.rows, *(f"verify: {rung}" for rung in outcome.rungs or [])]
    if shown_by in shown:
        return "shown"
    if outcome.failure is not None:
        return "failed"
    return "shown elsewhere" if shown else "unseen"


def read_outcomes(file: Path = OUTCOMES) -> Outcomes:
    """Reads the outcomes of earlier runs; there are none without the file."""
    return msgspec.json.decode(file.read_bytes(), type=Outcomes) if file.exists() else Outcomes()


def write_outcomes(outcomes: Outcomes, file: Path = OUTCOMES) -> None:
    """Writes outcomes as indented JSON."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(outcomes, order="sorted")) + b"\n")
