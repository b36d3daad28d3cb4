"""The formats of an export: what their artefacts are called, and what they need."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from twintune.errors import TwintuneError, install_command
from twintune.model.precision import is_half
from twintune.protocol import ExportFormat, Framework, Precision

ARTEFACTS: dict[ExportFormat, str] = {
    "safetensors": "model.safetensors",
    "keras": "model.keras",
    "saved-model": "saved-model",
    "onnx": "model.onnx",
    "torch-export": "model.pt2",
}
"""The name of each format's file or folder."""

_PACKAGES: dict[tuple[Framework, ExportFormat], tuple[str, ...]] = {
    ("tensorflow", "onnx"): ("onnx", "onnxruntime", "tf2onnx"),
    ("pytorch", "onnx"): ("onnx", "onnxruntime", "onnxscript"),
}
"""The packages that a format needs beside those of its framework."""


def check_packages(framework: Framework, formats: Sequence[ExportFormat]) -> None:
    """Looks for the packages that formats need.

    Raises:
        TwintuneError: PACKAGE_MISSING, which names all that are missing.
    """
    wanted = [package for name in formats for package in _PACKAGES.get((framework, name), ())]
    missing = [package for package in wanted if importlib.util.find_spec(package) is None]
    if missing:
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"An export to ONNX needs {_listed(missing)}, which Python doesn't find.",
            install_command("requirements-export.txt"),
        )


def check_precision(precision: Precision, formats: Sequence[ExportFormat]) -> None:
    """Refuses what would compute in another precision than the run, or in none.

    Raises:
        TwintuneError: PRECISION_UNAVAILABLE.
    """
    if is_half(precision):
        raise TwintuneError(
            "PRECISION_UNAVAILABLE",
            f"A run in {precision} can't be exported: its artefacts would compute in another precision.",
            "Export a run of float32 or float64.",
        )
    if precision == "float64" and "onnx" in formats:
        raise TwintuneError(
            "PRECISION_UNAVAILABLE",
            "A run in float64 can't be exported to onnx: ONNX Runtime has no convolution in float64 on a CPU.",
            "Leave onnx out, or export a run of float32.",
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
