"""Which modules get mutants, and which tests are asked about them: the one place that lists them."""

from __future__ import annotations

from pathlib import Path

MODULES = (
    "training/loop",
    "training/epoch",
    "training/run_checkpoints",
    "training/schedules",
    "record/checkpoints",
    "evaluation/statistics",
    "evaluation/metrics",
    "data/splits",
    "data/targets",
    "features/cache",
)
"""The modules under `python/twintune`."""

TESTS = "test/python"
"""The folder of the tests that are asked."""

OTHER_TESTS = ("engines", "parity", "bench", "mutants")
"""Folders of tests that are not asked. They hold the engines, the ladder and the benchmarks to what these should be,
take most of the suite's time, and run the mutated modules only in passing."""


def find_modules(root: Path, modules: tuple[str, ...] = MODULES) -> list[Path]:
    """Finds the files of the modules.

    Args:
        root: The checkout.
        modules: Paths below `python/twintune`, without the ending.

    Returns:
        One path for each, relative to the checkout.

    Raises:
        ValueError: A module has no file.
    """
    files = [Path(f"python/twintune/{module}.py") for module in modules]
    missing = [str(file) for file in files if not (root / file).exists()]
    if missing:
        raise ValueError(f"scripts/mutants/modules.py names modules that aren't there: {', '.join(missing)}")
    return files
