"""The test of an artefact: it is run in its own runtime, in a fresh Python without twintune."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twintune.data.dataset import Split
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import evaluate_logits
from twintune.exporting.configuration import Output
from twintune.model.tolerances import NOT_COMPARABLE, TOLERANCES
from twintune.protocol import EvaluationMetrics, ExportFormat, ExportTie, Mode, Precision

_HERE = Path(__file__).resolve().parent
_PACKAGE_FOLDER = _HERE.parents[1]
_MEND = "Nothing was kept of the export. Report this, please, with the versions that twintune doctor prints."
_NAMED = 5
"""The most images that a message names."""
_IDIOMATIC_BOUNDS = 100
"""The bounds that an output of idiomatic mode may differ by.

A run of it on a GPU multiplies with ten bits where the library does (TF32), and an export is tested on the CPU.
"""

PROGRAMS: dict[str, str] = {
    "keras": "run_keras.py",
    "saved-model": "run_saved_model.py",
    "onnx": "run_onnx.py",
    "torch-export": "run_torch_export.py",
    "timm": "run_timm.py",
    "torchvision": "run_torchvision.py",
    "keras.applications": "run_keras_applications.py",
}
"""The program that runs an artefact, by its format, or for safetensors by the library that builds the network."""


@dataclass(frozen=True)
class Check:
    """The test of an artefact."""

    runtime: str
    metrics: EvaluationMetrics
    difference: float
    bound: float
    ties: list[ExportTie]


@dataclass(frozen=True)
class KeptTest:
    """The test that a run kept: its images, and what it answered."""

    split: Split
    classes: list[str]
    logits: np.ndarray
    """Array of shape [images, classes]; logarithms of probabilities for a network that ends in a softmax."""
    output: Output
    mode: Mode
    precision: Precision
    pixels: Path
    """The file with the images as the artefacts take them: [images, height, width, 3]."""


def check_artefact(test: KeptTest, name: ExportFormat, folder: Path, program: str, python: str) -> Check:
    """Runs an artefact on the test images, and holds its answers against those that the run kept.

    Args:
        test: The run's test.
        name: The artefact's format, for messages.
        folder: The folder of the export.
        program: The key of the program in `PROGRAMS`.
        python: The interpreter that has the runtime.

    Raises:
        TwintuneError: EXPORT_DISAGREES if the artefact can't be run there, takes an image for another class than the
            run did, and the two don't lie within rounding, or gives other numbers than rounding explains.
    """
    outputs, runtime = _run(test, name, folder, program, python)
    wanted = np.exp(test.logits) if test.output == "probabilities" else test.logits
    if outputs.shape != wanted.shape:
        problem = f"gives {list(outputs.shape)} numbers in {runtime}, where the run gave {list(wanted.shape)}"
        raise TwintuneError("EXPORT_DISAGREES", f"The {name} artefact {problem}.", _MEND)
    if not np.isfinite(outputs).all():
        raise TwintuneError(
            "EXPORT_DISAGREES", f"The {name} artefact gives numbers in {runtime} that are not finite.", _MEND
        )
    scale = float(max(np.abs(wanted).max(initial=0), np.finfo(np.float32).tiny))
    bound = TOLERANCES[test.precision].logits
    differing = np.flatnonzero(outputs.argmax(axis=1) != wanted.argmax(axis=1))
    ties = [_tie(test, int(position), wanted, outputs, scale) for position in differing]
    wrong = [tie for tie in ties if tie.gap > 2 * bound]
    if wrong:
        raise _disagrees(name, runtime, wrong, len(outputs))
    difference = float(np.abs(outputs - wanted).max(initial=0)) / scale
    # The class alone says little where a model takes most images for the same one.
    if difference > (bound if test.mode == "aligned" else _IDIOMATIC_BOUNDS * bound):
        raise TwintuneError(
            "EXPORT_DISAGREES",
            f"The {name} artefact in {runtime} takes each test image for the class that the run did, but its"
            f" outputs differ from the run's by up to {difference:.1e} of the largest one, where rounding explains"
            f" {bound:.0e}.",
            _MEND,
        )
    logits = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny)) if test.output == "probabilities" else outputs
    return Check(runtime, evaluate_logits(logits, test.split.labels), min(difference, NOT_COMPARABLE), bound, ties)


def _run(test: KeptTest, name: ExportFormat, folder: Path, program: str, python: str) -> tuple[np.ndarray, str]:
    answers = test.pixels.with_name(f"{name}.npy")
    ran = subprocess.run(
        [python, str(_HERE / "runtimes" / PROGRAMS[program]), str(folder), str(test.pixels), str(answers)],
        env=_environment_without_twintune(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        last = (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]
        raise TwintuneError(
            "EXPORT_DISAGREES",
            f"The {name} artefact can't be run in a Python of its own: {last}",
            _MEND,
        )
    said = json.loads(ran.stdout.strip().splitlines()[-1])
    assert not said["importsTwintune"], "the runtime's process must not know twintune"
    return np.load(answers), said["runtime"]


def _environment_without_twintune() -> dict[str, str]:
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [path for path in paths if path and Path(path).resolve() != _PACKAGE_FOLDER]
    # A GPU sums in another order, and the export was written on the CPU.
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(kept),
        "CUDA_VISIBLE_DEVICES": "",
        "KERAS_BACKEND": "tensorflow",
    }


def _tie(test: KeptTest, position: int, wanted: np.ndarray, outputs: np.ndarray, scale: float) -> ExportTie:
    second, first = np.partition(wanted[position], -2)[-2:]
    return ExportTie(
        position=position,
        image=test.split.describe(position),
        label=test.classes[test.split.labels[position]],
        run=test.classes[wanted[position].argmax()],
        artefact=test.classes[outputs[position].argmax()],
        gap=float(first - second) / scale,
    )


def _disagrees(name: ExportFormat, runtime: str, wrong: Sequence[ExportTie], images: int) -> TwintuneError:
    named = "; ".join(f"{each.image}: {each.artefact} instead of {each.run}" for each in wrong[:_NAMED])
    more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    return TwintuneError(
        "EXPORT_DISAGREES",
        f"The {name} artefact in {runtime} takes {len(wrong)} of {images} test images for another class than the run"
        f" did, beyond rounding: {named}{more}.",
        _MEND,
    )


def interpreter_of(program: str, torch_python: str) -> str:
    """The interpreter that has the runtime: this one, or PyTorch's for a network that timm builds."""
    return torch_python if program == "timm" else sys.executable
