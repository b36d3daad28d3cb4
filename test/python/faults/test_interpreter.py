"""A planted interpreter is Python with one fault, and else the Python that it stands for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from faults.fault import Fault
from faults.interpreter import PlantedInterpreter

GREY = "import colorsys; print(colorsys.rgb_to_hsv(1, 1, 1)[2])"


def interpreter_with(before: str, folder: Path, module: str = "colorsys") -> PlantedInterpreter:
    fault = Fault(
        name="darker",
        framework="pytorch",
        module=module,
        before=before,
        after="return 0.0, 0.0, 0.5 * v",
        wrong="Greys are too dark.",
        spec="head",
        shown_by="pixels",
    )
    return PlantedInterpreter(fault, folder)


def run(interpreter: PlantedInterpreter, program: str) -> subprocess.CompletedProcess[str]:
    python = interpreter.variables["TWINTUNE_PYTHON_PYTORCH"]
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)


def test_the_text_is_replaced_when_the_module_is_imported(tmp_path: Path):
    interpreter = interpreter_with("return 0.0, 0.0, v", tmp_path)
    assert run(interpreter, GREY).stdout == "0.5\n"
    assert interpreter.why_not_planted() is None


def test_a_text_that_is_not_there_stops_the_import(tmp_path: Path):
    interpreter = interpreter_with("return nothing", tmp_path)
    assert "ImportError: The fault can't be planted: colorsys has its text 0 times." in run(interpreter, GREY).stderr
    assert interpreter.why_not_planted() == "colorsys has the text to replace 0 times"


def test_a_module_that_is_never_imported_is_told(tmp_path: Path):
    interpreter = interpreter_with("return 0.0, 0.0, v", tmp_path, module="chunk_of_nothing")
    assert run(interpreter, GREY).stdout == "1\n"
    assert interpreter.why_not_planted() == "chunk_of_nothing was never imported"


def test_the_next_python_has_no_fault(tmp_path: Path):
    """No compiled file keeps the fault, and neither child processes nor the other framework get it."""
    program = f"import subprocess, sys, colorsys; subprocess.run([sys.executable, '-c', {GREY!r}], check=True)"
    interpreter = interpreter_with("return 0.0, 0.0, v", tmp_path)
    assert run(interpreter, program).stdout == "1\n"
    assert subprocess.run([sys.executable, "-c", GREY], capture_output=True, text=True, check=True).stdout == "1\n"
    assert "TWINTUNE_PYTHON_TENSORFLOW" not in interpreter.variables


def test_nothing_of_the_planting_stays_in_the_environment(tmp_path: Path):
    interpreter = interpreter_with("return 0.0, 0.0, v", tmp_path)
    program = "import os, sys; print([p for p in sys.path if 'planting' in p], os.environ.get('TWINTUNE_FAULT'))"
    assert run(interpreter, program).stdout == "[] None\n"
