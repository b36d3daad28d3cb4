"""A framework's process imports nothing of the other framework."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[2] / "python"


def test_keras_runs_on_tensorflow_whatever_the_environment_says() -> None:
    program = (
        "from twintune.engines import import_framework\n"
        "import_framework('tensorflow')\n"
        "import keras\n"
        "assert (keras.backend.backend(), keras.config.floatx()) == ('tensorflow', 'float32')\n"
    )
    env = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PYTHON, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(("framework", "other"), [("tensorflow", "torch"), ("pytorch", "tensorflow")])
def test_a_framework_s_process_imports_nothing_of_the_other(framework: str, other: str) -> None:
    program = (
        "import sys\n"
        "from twintune.engines import import_framework\n"
        f"import_framework({framework!r})\n"
        f"import twintune.training.loop, twintune.engines.{framework}.aligned, twintune.data.parquet\n"
        f"assert {other!r} not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


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


def test_tensorflow_s_process_imports_nothing_that_no_engine_uses() -> None:
    program = (
        "import sys\n"
        "from twintune.engines import import_framework\n"
        "import_framework('tensorflow')\n"
        "assert not {'sklearn', 'scipy.stats', 'tensorflow_text', 'datasets'} & set(sys.modules)\n"
        "import pandas\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_idiomatic_mode_imports_no_keras_hub_which_has_none_of_its_models() -> None:
    program = (
        "import sys\n"
        "from twintune.engines import import_framework\n"
        "import_framework('tensorflow', 'idiomatic')\n"
        "import twintune.training.loop, twintune.engines.tensorflow.idiomatic\n"
        "assert 'keras_hub' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
