"""A framework's process imports nothing of the other framework."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[2] / "python"


@pytest.fixture(scope="module")
def processes() -> dict[str, dict]:
    """What is imported in a process of each framework: as its workers start, and once a run's modules are there."""
    return {framework: json.loads(run_program(IMPORTING.format(framework=framework))) for framework in FRAMEWORKS}


FRAMEWORKS = ["tensorflow", "pytorch"]
IMPORTING = """
import json, sys
from twintune.engines import import_framework
import_framework("{framework}")
started = list(sys.modules)
import twintune.training.loop, twintune.engines.{framework}.aligned, twintune.data.parquet
keras = sys.modules.get("keras")
settings = keras and [keras.backend.backend(), keras.config.floatx()]
import pandas
print(json.dumps(dict(started=started, modules=list(sys.modules), keras=settings)))
"""


def run_program(program: str) -> str:
    """The last line that a Python printed, whose environment names another backend of Keras than ours."""
    env = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PYTHON, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1] if done.stdout else ""


def test_keras_runs_on_tensorflow_whatever_the_environment_says(processes: dict[str, dict]) -> None:
    assert processes["tensorflow"]["keras"] == ["tensorflow", "float32"]


@pytest.mark.parametrize(("framework", "other"), [("tensorflow", "torch"), ("pytorch", "tensorflow")])
def test_a_framework_s_process_imports_nothing_of_the_other(
    processes: dict[str, dict], framework: str, other: str
) -> None:
    assert other not in processes[framework]["modules"]


def test_tensorflow_s_process_starts_with_nothing_that_no_engine_uses(processes: dict[str, dict]) -> None:
    unused = {"sklearn", "scipy.stats", "tensorflow_text", "datasets"}
    assert not unused & set(processes["tensorflow"]["started"])


@pytest.mark.parametrize(("framework", "module"), [("tensorflow", "tensorflow"), ("pytorch", "torch")])
def test_a_missing_framework_is_a_failure_with_the_command_that_mends_it(framework: str, module: str) -> None:
    program = (
        "import sys\n"
        f"sys.modules[{module!r}] = None\n"
        "from twintune.engines import import_framework\n"
        "from twintune.errors import TwintuneError\n"
        "try:\n"
        f"    import_framework({framework!r})\n"
        "except TwintuneError as error:\n"
        "    print(error.code, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"FRAMEWORK_MISSING {sys.executable} -m pip install -r ")
    assert done.stdout.rstrip().endswith(f"requirements-{framework}.txt")


def test_idiomatic_mode_imports_no_keras_hub_which_has_none_of_its_models() -> None:
    program = (
        "import sys\n"
        "from twintune.engines import import_framework\n"
        "import_framework('tensorflow', 'idiomatic')\n"
        "import twintune.training.loop, twintune.engines.tensorflow.idiomatic\n"
        "assert 'keras_hub' not in sys.modules\n"
    )
    run_program(program)
