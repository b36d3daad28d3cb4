"""The page docs/faults.md: what shows each fault, and what nothing shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from faults import ROOT
from faults.fault import Fault
from faults.outcome import FaultOutcome, Outcome, Outcomes, state_of

PAGE = ROOT / "docs" / "faults.md"

_NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow"}
_INTRODUCTION = [
    "`make faults` writes this page. It plants mistakes in one framework's Python, one at a time, and runs the built",
    "command as a user would. A mistake is a text of one module that is replaced when Python imports the module; no",
    "file is changed. `make faults ARGS='--only rate-scale-lost'` runs some of them and leaves all other results",
    "as they were; `ARGS=--list` lists them. The catalog is in [faults/catalog](../faults/catalog).",
]
# A clean run that is repeated moves its losses by no more.
_ROUNDING = 1e-6


def write_page(catalog: Mapping[str, Fault], outcomes: Outcomes, file: Path = PAGE) -> None:
    """Writes the page."""
    file.write_text(format_page(catalog, outcomes))


def format_page(catalog: Mapping[str, Fault], outcomes: Outcomes) -> str:
    """Formats the page: a summary, the runs without a fault, the table, and the faults that nothing shows.

    Args:
        catalog: All faults by their ids.
        outcomes: The outcomes of the last runs; a fault without one is listed as not run.
    """
    known = {name: outcome for name, outcome in outcomes.faults.items() if name in catalog}
    states = [state_of(outcome, catalog[name].shown_by) for name, outcome in known.items()]
    shown = sum(state in ("shown", "shown elsewhere") for state in states)
    lines = [
        "# Faults",
        "",
        *_INTRODUCTION,
        "",
        f"Of {len(catalog)} mistakes, {len(known)} were run: {shown} were shown, {states.count('failed')} made a run"
        f" fail, and {states.count('unseen')} were not seen.",
        "",
        "## Without a mistake",
        "",
        "Each specification is run first as it is. A row that is `different` then is a false alarm.",
        "",
        "| specification | date | seconds | rows that are different |",
        "|---|---|---|---|",
        *(_plain_row(name, outcome) for name, outcome in sorted(outcomes.plain.items())),
        "",
        "## With a mistake",
        "",
        "_Change_ is the largest relative change of the framework's losses by the mistake. The row that was expected to"
        " show it is in bold.",
        "",
        "| mistake | framework | what is wrong | change | shown by | date | seconds |",
        "|---|---|---|---|---|---|---|",
        *(_fault_row(fault, known.get(name)) for name, fault in catalog.items()),
        "",
        "## What nothing shows",
        "",
        *_unseen(catalog, known),
    ]
    return "\n".join(lines) + "\n"


def _plain_row(name: str, outcome: Outcome) -> str:
    rows = ", ".join(outcome.rows) or "none"
    return f"| {name} | {outcome.date} | {outcome.seconds:.0f} | {outcome.failure or rows} |"


def _fault_row(fault: Fault, outcome: FaultOutcome | None) -> str:
    begin = f"| {fault.name} | {_NAMES[fault.framework]} | {fault.wrong} |"
    if outcome is None:
        expected = f"not run; expected: {fault.shown_by}" if fault.shown_by else "not run"
        return f"{begin} | {expected} | | |"
    change = "–" if outcome.change is None else f"{outcome.change:.0e}" if outcome.change > _ROUNDING else "none"
    return f"{begin} {change} | {_shown_by(fault, outcome)} | {outcome.date} | {outcome.seconds:.0f} |"


def _shown_by(fault: Fault, outcome: FaultOutcome) -> str:
    names = [*outcome.rows, *(f"verify: {rung}" for rung in outcome.rungs or [])]
    texts = [f"**{name}**" if name == fault.shown_by else name for name in names]
    if outcome.failure is not None:
        texts.append("the run fails")
    return ", ".join(texts) or "nothing"


def _unseen(catalog: Mapping[str, Fault], known: Mapping[str, FaultOutcome]) -> Iterable[str]:
    unseen = [catalog[name] for name, run in known.items() if state_of(run, catalog[name].shown_by) == "unseen"]
    if not unseen:
        yield "Every mistake that was run is shown."
    for fault in unseen:
        reason = fault.unseen_because or f"The row or rung that should show it, {fault.shown_by}, doesn't."
        yield f"- {fault.id}: {reason}"
