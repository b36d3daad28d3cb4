"""The method of the benchmarks: pairs of measurements in alternating order, frameworks in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Ours = TypeVar("Ours")
Reference = TypeVar("Reference")
Result = TypeVar("Result")


def alternate(
    pairs: int, ours: Callable[[], Ours], reference: Callable[[], Reference]
) -> tuple[list[Ours], list[Reference]]:
    """Measures both sides of each pair right after each other, ours first in every other pair.

    A drift of the machine, such as its temperature's, so meets both sides.

    Args:
        pairs: The number of pairs.
        ours: A function that carries out one measurement of twintune.
        reference: A function that carries out one measurement of the reference.

    Returns:
        The measurements of both sides, pair by pair.
    """
    measured: tuple[list[Ours], list[Reference]] = ([], [])
    for pair in range(pairs):
        if pair % 2 == 0:
            measured[0].append(ours())
            measured[1].append(reference())
        else:
            measured[1].append(reference())
            measured[0].append(ours())
    return measured


def in_fresh_process(work: Callable[..., Result], *arguments: object) -> Result:
    """Calls a function in a process that has imported nothing before, and returns its result.

    Args:
        work: A function at the top of a module, whose imports are done before the function begins.
        arguments: The function's arguments, which are pickled.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def fresh_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the length of a `with` statement, such as a cache in which nothing lies yet."""
    return tempfile.TemporaryDirectory(prefix="twintune-bench-")


def elapsed(work: Callable[[], object]) -> float:
    """The seconds that a function takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def say(line: str) -> None:
    """Prints a line of progress at once."""
    print(line, flush=True)
