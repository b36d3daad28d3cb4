"""Which tests run which lines of the mutated modules, and how long each takes: measured by coverage.py and kept."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import coverage
import pytest

from mutants.modules import OTHER_TESTS, TESTS


@dataclass(frozen=True)
class TestMap:
    """The tests that pass without a mutant, and what they run."""

    __test__ = False
    seconds: dict[str, float]
    """By the test's node id; without its fixtures."""
    lines: dict[str, dict[str, list[str]]]
    """The tests by file and line (from 1); the file relative to the checkout."""

    def tests_of(self, root: Path, file: str, line: int) -> list[str]:
        """The tests that can notice a mistake in a line, the quickest first.

        A line that runs while its module is imported concerns all tests that run anything of the module.
        """
        lines = self.lines.get(file, {})
        first, last = _statement((root / file).read_text(), line)
        tests = {test for number in range(first, last + 1) for test in lines.get(str(number), [])}
        if "" in tests and len(tests) == 1:
            tests = {test for some in lines.values() for test in some}
        return sorted((test for test in tests if test in self.seconds), key=lambda test: (self.seconds[test], test))


def load_test_map(root: Path, files: Sequence[Path], kept: Path) -> TestMap:
    """Reads the map of a checkout, or makes it first: one run of the tests.

    Args:
        root: The checkout.
        files: The modules, relative to it.
        kept: The folder of the maps; one stays valid until Python code changes.
    """
    path = kept / f"test-map-{_digest(root, files)}.json"
    if not path.exists():
        command = [sys.executable, "-m", "mutants.test_map", str(path), *map(str, files)]
        print("Running the tests once, to see which lines each runs …", flush=True)
        subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": "scripts"}, check=False)
    return TestMap(**json.loads(path.read_text()))


def _digest(root: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256(json.dumps([str(file) for file in files]).encode())
    for folder in ("python", TESTS):
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()[:12]


def _statement(code: str, line: int) -> tuple[int, int]:
    """The first and the last line of the smallest statement around a line, or of its header if it has a body."""
    best = (line, line)
    size = sys.maxsize
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.stmt) or node.end_lineno is None:
            continue
        body = getattr(node, "body", None)
        last = max(node.lineno, body[0].lineno - 1) if isinstance(body, list) else node.end_lineno
        if node.lineno <= line <= last and last - node.lineno < size:
            best, size = (node.lineno, last), last - node.lineno
    return best


class _Recorder:
    """A pytest plugin that tells coverage.py which test runs, and remembers what passed."""

    def __init__(self, measured: coverage.Coverage):
        self._coverage = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        result = yield
        self._coverage.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = round(report.duration, 3)
        elif not report.passed:
            self.failed.add(report.nodeid)


def _measure(path: Path, files: Sequence[str]) -> None:
    measured = coverage.Coverage(data_file=None, include=list(files))
    recorder = _Recorder(measured)
    ignored = [f"--ignore={TESTS}/{folder}" for folder in OTHER_TESTS]
    measured.start()
    pytest.main(["-q", "-p", "no:cacheprovider", TESTS, *ignored], plugins=[recorder])
    measured.stop()
    data = measured.get_data()
    lines = {
        file: {str(line): tests for line, tests in data.contexts_by_lineno(str(Path(file).absolute())).items()}
        for file in files
    }
    seconds = {test: time for test, time in recorder.seconds.items() if test not in recorder.failed}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(asdict(TestMap(seconds, {f: {str(n): t for n, t in of.items()} for f, of in lines.items()})))
    )


if __name__ == "__main__":
    _measure(Path(sys.argv[1]), sys.argv[2:])
