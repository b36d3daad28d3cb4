"""What a framework's process holds: nothing of the other framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[2] / "python"


@pytest.mark.parametrize(("framework", "other"), [("tensorflow", "torch"), ("pytorch", "tensorflow")])
def test_a_framework_s_process_imports_nothing_of_the_other(framework: str, other: str) -> None:
    program = (
        "import sys\n"
        "from twintune.engines import import_framework\n"
        f"import_framework({framework!r})\n"
        f"import twintune.training_loop, twintune.engines.{framework}.aligned, twintune.data.parquet\n"
        f"assert {other!r} not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
