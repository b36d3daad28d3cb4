"""Any exception comes out as a failure that a person can act on."""

import errno
import re
import shlex
import sys
from pathlib import Path
from typing import get_args

import pytest
from twintune.errors import REQUIREMENTS, Cancelled, FailureCode, TwintuneError, install_command, to_failure


def caught(exception: BaseException, cause: BaseException | None = None) -> dict:
    """The failure of an exception that was raised for real."""
    with pytest.raises(type(exception)) as raised:
        raise exception from cause
    return to_failure(raised.value)


def test_both_languages_know_the_same_codes():
    declaration = (Path(__file__).parents[2] / "src" / "failure.ts").read_text(encoding="utf-8")
    listed = re.search(r"export const failureCodes = \[(.*?)\] as const", declaration, re.DOTALL)
    assert listed is not None
    assert re.findall(r"'([A-Z_]+)',", listed[1]) == list(get_args(FailureCode))


def test_ours_keeps_its_code_message_and_hint():
    assert caught(TwintuneError("IMAGE_CORRUPT", "cat.png is no image.", "Remove it.")) == {
        "code": "IMAGE_CORRUPT",
        "message": "cat.png is no image.",
        "hint": "Remove it.",
        "cause": None,
    }


def test_ours_tells_of_what_caused_it():
    cause = caught(TwintuneError("IMAGE_CORRUPT", "cat.png is no image."), OSError("truncated"))["cause"]
    assert cause["type"] == "OSError"
    assert cause["message"] == "truncated"


def test_cancelled_has_its_own_code():
    assert caught(Cancelled())["code"] == "CANCELLED"


def test_any_other_has_its_last_line_and_its_traceback():
    failure = caught(ValueError("first\n\nlast\n"))
    assert failure["code"] == "PYTHON_EXCEPTION"
    assert failure["message"] == "ValueError: last"
    assert failure["cause"]["message"] == "first\n\nlast\n"
    assert "in caught" in failure["cause"]["detail"]


def test_an_exception_without_a_message_is_named():
    assert caught(AssertionError())["message"] == "AssertionError"


def test_no_memory_is_recognised_by_name_without_importing_a_framework():
    class ResourceExhaustedError(Exception):
        """An exception named as TensorFlow's."""

    class OutOfMemoryError(RuntimeError):
        """An exception named as PyTorch's."""

    cpu = RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory")
    library = ImportError("libtensorflow_cc.so.2: failed to map segment from shared object")
    thread = OSError(errno.ENOMEM, "Cannot allocate memory")
    for exception in [MemoryError(), ResourceExhaustedError("OOM"), OutOfMemoryError("CUDA"), cpu, library, thread]:
        failure = caught(exception)
        assert failure["code"] == "OUT_OF_MEMORY"
        assert "training.batchSize" in failure["hint"]


@pytest.mark.parametrize(
    ("exception", "option"),
    [
        (OSError(errno.EMFILE, "Too many open files", "/images/1.png"), "-n"),
        (RuntimeError("can't start new thread"), "-u"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "-u"),
    ],
)
def test_a_limit_of_the_process_is_named_with_how_to_raise_it(exception: Exception, option: str):
    failure = caught(exception)
    assert failure["code"] == "LIMIT_REACHED"
    assert f"ulimit {option}" in failure["hint"]


def test_a_library_that_may_not_be_executed_is_no_want_of_memory():
    refused = ImportError("libx.so: failed to map segment from shared object: Operation not permitted")
    assert caught(refused)["code"] == "PYTHON_EXCEPTION"


def test_a_missing_package_comes_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/somewhere/.venv")
    failure = caught(ModuleNotFoundError("No module named 'timm'", name="timm"))
    assert failure["code"] == "PACKAGE_MISSING"
    assert "timm" in failure["message"]
    command, file = failure["hint"].split(" -r ")
    assert command == f"{sys.executable} -m pip install"
    assert Path(file).is_file()


def test_a_missing_module_of_ours_is_no_missing_package():
    missing = ModuleNotFoundError("No module named 'twintune.x'", name="twintune.x")
    assert caught(missing)["code"] == "PYTHON_EXCEPTION"


@pytest.mark.parametrize(
    "exception",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        PermissionError(errno.EACCES, "Permission denied", "/cache"),
        ValueError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_what_cannot_be_written_says_how_to_name_another_folder(exception: Exception):
    failure = caught(exception)
    assert failure["code"] == "FILE_UNWRITABLE"
    assert "TWINTUNE_CACHE_DIR" in failure["hint"]


def test_packages_are_installed_into_an_environment_and_never_into_the_system_s_python(monkeypatch):
    path = shlex.quote(str(REQUIREMENTS / "requirements.txt"))
    for name in ("TWINTUNE_PYTHON", "TWINTUNE_PYTHON_TENSORFLOW", "TWINTUNE_PYTHON_PYTORCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "prefix", "/somewhere/.venv")
    assert install_command("requirements.txt") == f"{shlex.quote(sys.executable)} -m pip install -r {path}"
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert install_command("requirements.txt") == "twintune setup"
    # The variable would go before the environment that is made.
    monkeypatch.setenv("TWINTUNE_PYTHON", sys.executable)
    assert install_command("requirements.txt") == "env -u TWINTUNE_PYTHON twintune setup"


def test_an_environment_of_setup_is_completed_by_setup(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TWINTUNE_PYTHON", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert install_command("requirements-pytorch.txt") == "twintune setup"
    assert "--force-reinstall" in install_command("requirements-pytorch.txt", "--force-reinstall ")


def test_a_missing_package_asks_for_all_that_its_python_is_for(monkeypatch):
    missing = ModuleNotFoundError("No module named 'grain'", name="grain")
    for name in ("TWINTUNE_PYTHON", "TWINTUNE_PYTHON_TENSORFLOW", "TWINTUNE_PYTHON_PYTORCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "prefix", "/somewhere/.venv")
    assert caught(missing)["hint"].endswith("requirements.txt")
    monkeypatch.setenv("TWINTUNE_PYTHON_TENSORFLOW", sys.executable)
    assert caught(missing)["hint"].endswith("requirements-tensorflow.txt")
    monkeypatch.delenv("TWINTUNE_PYTHON_TENSORFLOW")
    monkeypatch.setenv("TWINTUNE_PYTHON_SEARCH", sys.executable)
    assert caught(missing)["hint"].endswith("requirements-sweep.txt")
