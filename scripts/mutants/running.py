"""Runs tests on a mutant in a fork of a process that has imported the frameworks: an import would take ten seconds."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_IMPORTED = ("scipy.stats", "tensorflow", "keras", "keras_hub", "torch", "torchvision", "timm")
"""What the tests need that takes long to import. Nothing of it may compute before the fork, since a thread isn't
inherited; and nothing of twintune, which the mutant is part of."""

_COPIED = ("python", "test", "scripts", "bench", "examples", "docs", "src", "schema", "dist", "node_modules", ".venv")
"""What a test may read of the checkout, beside the files at its top."""

_OWN_COPY = ("python",)
"""What is copied, for the mutant to be written into; the others are links."""


@dataclass(frozen=True)
class TestRun:
    """How the tests of a mutant ended."""

    __test__ = False
    failed: str | None
    """The first test that failed; None if none did."""
    timed_out: bool
    seconds: float


def import_frameworks() -> None:
    """Imports what the forks are to have."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What Python compiles is named by a file's second and size, and two mutants can have both in common.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for module in _IMPORTED:
        importlib.import_module(module)


@contextmanager
def copied_tree(root: Path, folder: Path) -> Iterator[Path]:
    """Makes a copy of a checkout for mutants to be written into."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in root.iterdir():
        if path.name in _OWN_COPY:
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.name in _COPIED or (path.is_file() and not path.name.startswith(".")):
            (folder / path.name).symlink_to(path.absolute())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_tests(tree: Path, tests: Sequence[str], limit: float) -> TestRun:
    """Runs tests in a fork until one fails.

    Args:
        tree: The checkout that they are run in.
        tests: Their node ids.
        limit: Seconds after which the fork is ended.
    """
    begin = time.monotonic()
    answer = tree / "failed-test"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        os._exit(_run_here(tree, tests, answer))
    status = None
    while time.monotonic() - begin < limit:
        ended, waited = os.waitpid(child, os.WNOHANG)
        if ended:
            status = waited
            break
        time.sleep(0.02)
    # Also when the fork has ended by itself: a test may have left processes behind.
    _kill_group(child)
    if status is None:
        os.waitpid(child, 0)
    shutil.rmtree(tree / "tmp", ignore_errors=True)
    seconds = time.monotonic() - begin
    if status == 0:
        return TestRun(None, False, seconds)
    # A module that can't be imported fails no test, and a crash says of none.
    failed = answer.read_text() if answer.exists() else "(before the first test, or by a crash)"
    return TestRun(failed, status is None, seconds)


def _run_here(tree: Path, tests: Sequence[str], answer: Path) -> int:
    """The fork's part."""
    try:
        os.setsid()
        os.chdir(tree)
        with open("output", "w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        options = ["-x", "-q", "-p", "no:cacheprovider", "--basetemp", "tmp", "-c", "pyproject.toml", "--rootdir", "."]
        return int(pytest.main([*options, *tests], plugins=[_FirstFailure(answer)]))
    except BaseException:
        return 70


class _FirstFailure:
    """A pytest plugin that writes down which test failed."""

    def __init__(self, path: Path):
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._path.exists():
            self._path.write_text(report.nodeid)


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass
