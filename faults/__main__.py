"""Plants faults one by one and writes what shows them: `make faults`, or `.venv/bin/python -m faults`.

The whole suite takes an hour or two on two cores. It needs the built command, dist/main.js.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from faults.catalog import CATALOG
from faults.fault import Fault
from faults.material import write_material
from faults.outcome import OUTCOMES, FaultOutcome, Outcome, Outcomes, read_outcomes, state_of, write_outcomes
from faults.page import write_page
from faults.running import NotPlanted, run_fault, run_plain
from faults.specifications import SPECIFICATIONS


def main() -> int:
    """Runs the faults that the command line asks for, and writes docs/faults.json and docs/faults.md after each.

    Returns:
        The exit code: 1 if a fault could not be planted, or if a specification has a `different` row without one.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="faults by id, or by name in both frameworks")
    parser.add_argument("--spec", choices=SPECIFICATIONS, help="the faults of one specification")
    parser.add_argument("--plain", action="store_true", help="no fault: the specifications as they are")
    parser.add_argument("--list", action="store_true", help="list the faults and run none")
    parser.add_argument("--page", action="store_true", help="write the page of the last results and run none")
    parser.add_argument("--verify", action="store_true", help="climb the parity ladder with each fault, too")
    parser.add_argument("--missing", action="store_true", help="leave out what has been run before")
    parser.add_argument("--results", type=Path, default=OUTCOMES, help="another file for the results, without a page")
    options = parser.parse_args()
    outcomes = read_outcomes(options.results)
    chosen = choose(options.only, options.spec)
    if options.missing:
        chosen = [fault for fault in chosen if fault.id not in outcomes.faults]
    if options.list:
        for fault in chosen:
            _say(f"{fault.id:45} {fault.shown_by or 'nothing'}: {fault.wrong}")
        return 0
    if options.page:
        write_page(CATALOG, outcomes)
        return 0
    specs = dict.fromkeys(fault.spec for fault in chosen)
    if options.missing:
        specs = [spec for spec in specs if spec not in outcomes.plain]
    with tempfile.TemporaryDirectory() as folder:
        write_material(Path(folder))
        suite = Suite(outcomes, options.results, Path(folder))
        return suite.run([] if options.plain else chosen, list(specs), options.verify)


def choose(only: Sequence[str] | None, spec: str | None) -> list[Fault]:
    """The faults that are asked for, in the order of the catalog.

    Args:
        only: Ids and names; None for all faults.
        spec: The specification of the faults; None for any.

    Raises:
        SystemExit: If an id or name is unknown.
    """
    known = {name for fault in CATALOG.values() for name in (fault.id, fault.name)}
    if unknown := set(only or []) - known:
        raise SystemExit(f"There is no fault {', '.join(sorted(unknown))}; --list lists all.")
    return [
        fault
        for fault in CATALOG.values()
        if (only is None or fault.id in only or fault.name in only) and spec in (None, fault.spec)
    ]


class Suite:
    """The runs of the suite, whose outcomes are written one by one."""

    def __init__(self, outcomes: Outcomes, results: Path, material: Path) -> None:
        """Takes what all runs have in common.

        Args:
            outcomes: The outcomes so far, which are changed in place.
            results: The file of the outcomes.
            material: The folder of `faults.material.write_material`.
        """
        self._outcomes, self._results, self._material = outcomes, results, material

    def run(self, faults: Sequence[Fault], specs: Sequence[str], verifies: bool) -> int:
        """Runs specifications without a fault, then faults one by one.

        Args:
            faults: The faults to plant.
            specs: The specifications of the faults.
            verifies: Whether to climb the ladder with each fault, and not only where a rung should show it.

        Returns:
            The exit code.
        """
        plain = [self._run_plain(spec) for spec in specs]
        planted = [self._run_fault(fault, verifies or fault.rung is not None) for fault in faults]
        return 0 if all(plain) and all(planted) else 1

    def _run_plain(self, spec: str) -> bool:
        """Runs a specification without a fault; returns whether it ended without a `different` row."""
        self._outcomes.plain[spec] = outcome = run_plain(spec, self._material)
        _report(spec, "without a fault", outcome)
        self._write()
        return not outcome.rows and outcome.failure is None

    def _run_fault(self, fault: Fault, climbs: bool) -> bool:
        """Runs a fault; returns whether it was planted."""
        try:
            outcome = run_fault(fault, self._material, self._outcomes.plain[fault.spec], climbs)
        except (NotPlanted, RuntimeError) as error:
            _say(f"{fault.id}: BROKEN: {error}")
            return False
        self._outcomes.faults[fault.id] = outcome
        _report(fault.id, state_of(outcome, fault.shown_by), outcome)
        self._write()
        return True

    def _write(self) -> None:
        write_outcomes(self._outcomes, self._results)
        if self._results == OUTCOMES:
            write_page(CATALOG, self._outcomes)


def _report(name: str, state: str, outcome: Outcome) -> None:
    change = f", change {outcome.change or 0:.1e}" if isinstance(outcome, FaultOutcome) else ""
    _say(f"{name}: {state}{change}, {outcome.seconds:.0f} s")
    for row, evidence in outcome.rows.items():
        _say(f"  {row}: {evidence}")
    if outcome.rungs is not None:
        _say(f"  rungs that don't hold: {', '.join(outcome.rungs) or 'none'}")
    if outcome.failure is not None:
        _say(f"  {outcome.failure}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
