"""The command: `PYTHONPATH=scripts python -m mutants --minutes 10 --seed 17`, or `make mutants` for both languages."""

from __future__ import annotations

import argparse
import time
from itertools import accumulate
from pathlib import Path

from mutants.generating import mutants_of
from mutants.modules import find_modules
from mutants.report import Outcome, describe, write_report
from mutants.running import copied_tree, import_frameworks, run_tests
from mutants.sampling import Mutant, draw
from mutants.test_map import TestMap, load_test_map

KEPT = Path(".mutants")
"""The folder of maps and reports, which git ignores."""


def main() -> None:
    """Draws mutants and runs the tests on one after the other until the minutes are over."""
    options = _options()
    root = Path.cwd()
    files = find_modules(root)
    mutants = draw((mutant for file in files for mutant in mutants_of(root, file, options.seed)), options.seed)
    if options.only:
        mutants = [mutant for mutant in mutants if mutant.id in options.only]
    if options.list:
        for mutant in mutants[: options.count]:
            print(f"{mutant.id}  {mutant.file}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}")
        return
    tests = load_test_map(root, files, KEPT)
    print(f"Python: {len(mutants)} mutants, drawn with the seed {options.seed}", flush=True)
    import_frameworks()
    end = time.monotonic() + 60 * options.minutes if options.count is None else float("inf")
    outcomes: list[Outcome] = []
    with copied_tree(root, KEPT / "tree") as tree:
        lane = _Lane(tree.absolute(), tests, options.seconds_each)
        for mutant in mutants[: options.count]:
            if time.monotonic() > end:
                break
            outcomes.append(lane.outcome(mutant))
            _tell(outcomes[-1])
            write_report(KEPT / "python.json", outcomes, options.seed, len(mutants))
    print(describe(outcomes))
    print(f"Count {len(outcomes)} repeats this sample; all of it is in {KEPT / 'python.json'}.")


class _Lane:
    """Runs tests on mutants in one copy of the checkout."""

    def __init__(self, tree: Path, tests: TestMap, seconds_each: float):
        self._tree = tree
        self._tests = tests
        self._seconds_each = seconds_each
        self._sound: dict[str, bool] = {}

    def outcome(self, mutant: Mutant) -> Outcome:
        """Runs the tests that run the mutant's line, the quickest first."""
        path = self._tree / mutant.file
        original = path.read_text()
        all_tests = self._tests.tests_of(self._tree, mutant.file, mutant.line)
        seconds = accumulate(self._tests.seconds[test] for test in all_tests)
        within = sum(total <= self._seconds_each for total in seconds)
        tests = all_tests[: max(1, within)]
        unasked = len(all_tests) - len(tests)
        spent, asked = 0.0, len(tests)
        while tests:
            path.write_text(mutant.source)
            try:
                run = run_tests(self._tree, tests, self._limit(tests))
            finally:
                path.write_text(original)
            spent += run.seconds
            if run.failed in tests and not self._is_sound(run.failed):
                # The tests before it have passed.
                tests = tests[tests.index(run.failed) + 1 :]
                continue
            if (run.timed_out or run.failed) and run.failed not in tests and not self._run_to_their_end(tests):
                # A crash or a limit that has nothing to do with the mutant.
                return Outcome(mutant, "not-run", None, 0, unasked, spent)
            status = "timeout" if run.timed_out else "killed" if run.failed else "survived"
            return Outcome(mutant, status, run.failed, asked, unasked, spent)
        return Outcome(mutant, "survived" if asked > 1 else "not-run", None, asked, unasked, spent)

    def _is_sound(self, test: str) -> bool:
        """Whether a test passes by itself without a mutant; one that needs another test before it says nothing."""
        if test not in self._sound:
            self._sound[test] = run_tests(self._tree, [test], self._limit([test])).failed is None
        return self._sound[test]

    def _run_to_their_end(self, tests: list[str]) -> bool:
        """Whether tests pass together without a mutant, and within their limit."""
        key = "\n".join(tests)
        if key not in self._sound:
            run = run_tests(self._tree, tests, self._limit(tests))
            self._sound[key] = not run.timed_out and run.failed is None
        return self._sound[key]

    def _limit(self, tests: list[str]) -> float:
        """Seconds; the fixtures, which aren't in the tests' own, and what else the machine does take their share."""
        return 120 + 5 * sum(self._tests.seconds[test] for test in tests)


def _tell(outcome: Outcome) -> None:
    mutant = outcome.mutant
    print(f"{outcome.status:8} {mutant.file}:{mutant.line}  {mutant.id}  {outcome.seconds:.0f} s", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long to run tests on mutants; 10 by default")
    parser.add_argument("--seed", type=int, default=17, help="what the sample is drawn by; 17 by default")
    parser.add_argument("--count", type=int, help="how many mutants to draw, however long they take")
    parser.add_argument("--only", nargs="*", help="the ids of the mutants to run")
    parser.add_argument("--list", action="store_true", help="print the sample and run nothing")
    parser.add_argument(
        "--seconds-each", type=float, default=60, help="seconds of tests to ask about one mutant; 60 by default"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
