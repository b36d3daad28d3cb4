"""Which modules get mutants, and which tests are asked about them: the one place that lists them."""

from __future__ import annotations

from pathlib import Path

MODULES = (
    "training_loop",
    "training_epoch",
    "checkpoints",
    "run_checkpoints",
    "schedules",
    "targets",
    "statistics",
    "metrics",
    "splits",
    "feature_cache",
)
"""The modules under `python/twintune`, by file name or by the end of their path: a folder may be added to each."""

TESTS = "test/python"
"""The folder of the tests that are asked."""

OTHER_TESTS = ("engines", "parity", "bench", "mutants")
"""Folders of tests that are not asked. They hold the engines, the ladder and the benchmarks to what these should be,
take most of the suite's time, and run the mutated modules only in passing."""


def find_modules(root: Path, modules: tuple[str, ...] = MODULES) -> list[Path]:
    """Finds the files of the modules.

    Args:
        root: The checkout.
        modules: File names without the ending, each with as many folders before it as it takes to be the only one.

    Returns:
        One path for each, relative to the checkout.

    Raises:
        ValueError: A module has no file, or several.
    """
    found = []
    for module in modules:
        files = sorted((root / "python/twintune").rglob(f"{module}.py"))
        if len(files) != 1:
            raise ValueError(f"{module} should name one file of python/twintune, and names {len(files)}.")
        found.append(files[0].relative_to(root))
    return found
