"""The bridge's own promises; test/worker has them over the real bridge."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from bridge_main import Progress
from twintune.errors import Cancelled

BRIDGE = Path(__file__).resolve().parents[2] / "python" / "bridge_main.py"


def test_a_report_that_is_answered_with_false_cancels():
    with pytest.raises(Cancelled):
        Progress(lambda payload: False).report({})


def test_a_report_holds_no_nan():
    payloads = []
    Progress(lambda payload: payloads.append(payload) or True).report({"loss": float("nan")})
    assert payloads == ['{"loss":null}']


def test_a_report_after_the_end_is_refused():
    progress = Progress(lambda payload: True)
    progress.close()
    with pytest.raises(RuntimeError):
        progress.report({})


def test_a_report_from_another_thread_is_refused():
    errors = []

    def report():
        try:
            Progress(lambda payload: True).report({})
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=report)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_a_bare_interpreter_can_prepare_and_says_which_package_it_lacks():
    program = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("bridge_main.py", {str(BRIDGE)!r})
bridge = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bridge)
for name in ["prepare", "run"]:
    print(bridge.invoke(name, "{{}}", None))
"""
    # -S: without the installed packages.
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    prepared, ran = (json.loads(line) for line in done.stdout.splitlines())
    assert prepared["ok"] and prepared["result"]["pid"]
    assert ran["failure"]["code"] == "PACKAGE_MISSING"
    assert "msgspec" in ran["failure"]["message"]
