"""Expected failures, as an exception here and as data on the bridge.

This module runs on any Python from 3.8 on and imports nothing but the standard library, since it also has to say that a
package is missing or that the interpreter is too old.
"""

from __future__ import annotations

import errno
import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import Literal, TypedDict

FailureCode = Literal[
    # The specification or the command line (exit code 2).
    "SPEC_NOT_FOUND",
    "SPEC_INVALID",
    "PERTURBATION_WITHOUT_EFFECT",
    "COMPARISON_NOT_FOUND",
    "COMPARISON_NOT_RESUMABLE",
    "COMPARISONS_NOT_MERGEABLE",
    "COMPARISON_IN_USE",
    "CACHE_UNREADABLE",
    "EXPORT_FORMAT_UNAVAILABLE",
    "ADDRESS_UNAVAILABLE",
    # The data (3).
    "DATASET_NOT_FOUND",
    "DATASET_EMPTY",
    "DATASET_ONE_CLASS",
    "DATASET_INVALID",
    "DATASET_UNAVAILABLE",
    "DATASET_CHANGED",
    "IMAGE_CORRUPT",
    "SPLIT_EMPTY",
    # The weights (3).
    "WEIGHTS_NOT_FOUND",
    "WEIGHTS_MISMATCH",
    "WEIGHTS_UNAVAILABLE",
    # A run (3).
    "CHECKPOINT_CORRUPT",
    "CHECKPOINT_MISMATCH",
    "LOSS_NOT_FINITE",
    "BATCH_TOO_SMALL",
    "OUT_OF_MEMORY",
    "LIMIT_REACHED",
    "DEVICE_UNAVAILABLE",
    "PRECISION_UNAVAILABLE",
    "COMPILER_MISSING",
    "REPLICA_FAILED",
    "PYTHON_EXCEPTION",
    "PYTHON_DIED",
    "PYTHON_HUNG",
    "WORKER_DIED",
    "PREDICTIONS_UNUSABLE",
    "MODEL_UNUSABLE",
    "EXPORT_DISAGREES",
    "FOLDER_UNWRITABLE",
    "FILE_UNWRITABLE",
    "TRACKER_FAILED",
    # The Python environment (5).
    "INTERPRETER_MISSING",
    "INTERPRETER_UNUSABLE",
    "FRAMEWORK_MISSING",
    "PACKAGE_MISSING",
    "SETUP_FAILED",
    "CLUSTER_UNAVAILABLE",
    # The rest.
    "CANCELLED",
    "INTERNAL",
]
"""Every code that a failure can have: the twin of `failureCodes` in `src/failure.ts`. A test holds the two equal."""


class Cause(TypedDict):
    """The exception behind a failure; `detail` is its traceback."""

    type: str
    message: str
    detail: str


class Failure(TypedDict):
    """A failure as it crosses the bridge: the twin of `failureSchema` in `src/failure.ts`."""

    code: FailureCode
    message: str
    hint: str | None
    cause: Cause | None


REQUIREMENTS = Path(__file__).resolve().parents[2]
"""The folder of the files of requirements."""

# Classes that mean "no memory", by name, so that no framework is imported to ask: torch.OutOfMemoryError and
# tensorflow.errors.ResourceExhaustedError.
_OUT_OF_MEMORY_CLASSES = {"MemoryError", "OutOfMemoryError", "ResourceExhaustedError"}

# PyTorch's CPU allocator raises a plain RuntimeError, and the loader of native libraries an ImportError or an OSError,
# whose message ends so (it goes on where something else refused, such as a file system without execution).
_OUT_OF_MEMORY_TEXTS = ("DefaultCPUAllocator", "std::bad_alloc", "Cannot allocate memory")
_OUT_OF_MEMORY_ENDS = ("failed to map segment from shared object",)


# The error numbers of a folder that may not be written, a full disk, a file as large as the user may write, or a
# read-only file system.
_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

# The error numbers of a process, or of a machine, that has as many files open as it may.
_NO_FILES = {errno.EMFILE, errno.ENFILE}

MEND_UNWRITABLE = "Make room there and let twintune write there, or name another folder: TWINTUNE_CACHE_DIR, --out."
"""The hint for a folder that twintune can't write."""


_EXTRAS = (
    "requirements-export.txt",
    "requirements-tracking.txt",
    "requirements-ray.txt",
    "requirements-sweep.txt",
)
"""The files of requirements that no run needs."""


def install_command(requirements: str, options: str = "", python: str = sys.executable) -> str:
    """The command that installs a file of requirements for an interpreter.

    A system's own Python mostly refuses (PEP 668), so that for one that is in no virtual environment the command is
    `twintune setup`, which makes one where twintune looks for it, and completes it where it is there already. Extras
    come by pip alone.

    Args:
        requirements: The file's name.
        options: Options of `pip install`, each with a space behind it.
        python: The interpreter's path; an interpreter other than this process's counts as being in an environment.
    """
    install = f"-m pip install {options}-r {shlex.quote(str(REQUIREMENTS / requirements))}"
    is_own = python == sys.executable and requirements not in _EXTRAS
    if is_own and (sys.prefix == sys.base_prefix or (not options and _is_set_up_here())):
        named = [name for name in sorted(os.environ) if name.startswith("TWINTUNE_PYTHON")]
        return " ".join([*(["env", *(f"-u {name}" for name in named)] if named else []), "twintune setup"])
    return f"{shlex.quote(python)} {install}"


def _is_set_up_here() -> bool:
    """Whether this process's environment is one that `twintune setup` makes in the folder where it is started."""
    names = (".venv", ".venv-tensorflow", ".venv-pytorch")
    return os.path.realpath(sys.prefix) in (os.path.realpath(name) for name in names)


def _requirements_of_this_python() -> str:
    """The requirements of what this interpreter is for: those of one work if a variable names it for that one alone."""
    for files in ({"TENSORFLOW": "tensorflow", "PYTORCH": "pytorch"}, {"TRACKING": "tracking", "SEARCH": "sweep"}):
        named = [file for user, file in files.items() if os.environ.get(f"TWINTUNE_PYTHON_{user}") == sys.executable]
        if named:
            return f"requirements-{named[0]}.txt" if len(named) == 1 else "requirements.txt"
    return "requirements.txt"


class TwintuneError(Exception):
    """An expected failure.

    Args:
        code: The failure's code, which docs/failures.md explains.
        message: One or two sentences for a person.
        hint: The remedy: a command or a change of the specification.
    """

    def __init__(self, code: FailureCode, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.hint = hint


class Cancelled(TwintuneError):
    """The work was told to stop; raised by a progress report."""

    def __init__(self) -> None:
        super().__init__("CANCELLED", "Cancelled.")


def to_failure(exception: BaseException) -> Failure:
    """Turns any exception into the failure that crosses the bridge (`src/failure.ts`)."""
    if isinstance(exception, TwintuneError):
        cause = exception.__cause__
        return _failure(exception.code, exception.message, exception.hint, cause)
    if is_out_of_memory(exception):
        return _failure(
            "OUT_OF_MEMORY",
            f"Not enough memory: {_summary(exception)}",
            "Lower training.batchSize or dataset.imageSize.",
            exception,
        )
    if is_limit(exception):
        is_of_files = isinstance(exception, OSError) and exception.errno in _NO_FILES
        limit = "open files" if is_of_files else "processes and threads"
        return _failure(
            "LIMIT_REACHED",
            f"The limit of {limit} was reached: {_summary(exception)}.",
            f"Raise it and run the command again: `ulimit {'-n 1024' if is_of_files else '-u'}`.",
            exception,
        )
    if isinstance(exception, ModuleNotFoundError) and not _is_own_module(exception.name):
        return _failure(
            "PACKAGE_MISSING",
            f"The Python package {exception.name!r} is not installed in {sys.executable}.",
            install_command(_requirements_of_this_python()),
            exception,
        )
    if is_unwritable(str(exception)):
        message = _summary(exception)
        if isinstance(exception, OSError) and exception.filename is not None:
            message = f"{exception.filename} can't be written: {exception.strerror}"
        return _failure("FILE_UNWRITABLE", f"{message}.", MEND_UNWRITABLE, exception)
    return _failure("PYTHON_EXCEPTION", _summary(exception), None, exception)


def _failure(code: FailureCode, message: str, hint: str | None, cause: BaseException | None) -> Failure:
    return {"code": code, "message": message, "hint": hint, "cause": None if cause is None else _cause(cause)}


def _cause(exception: BaseException) -> Cause:
    return {
        "type": _type_name(exception),
        "message": str(exception),
        "detail": "".join(traceback.format_exception(type(exception), exception, exception.__traceback__)),
    }


def _summary(exception: BaseException) -> str:
    """An exception's class and the last non-empty line of its message, where frameworks put what happened."""
    lines = [line.strip() for line in str(exception).splitlines() if line.strip()]
    return ": ".join([type(exception).__name__, *lines[-1:]])


def _type_name(exception: BaseException) -> str:
    cls = type(exception)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def is_out_of_memory(exception: BaseException) -> bool:
    """Whether an exception says that there was no memory left, for an array or for a library that was to be loaded."""
    names = {cls.__name__ for cls in type(exception).__mro__}
    message = str(exception).rstrip()
    return (
        bool(names & _OUT_OF_MEMORY_CLASSES)
        or any(text in message for text in _OUT_OF_MEMORY_TEXTS)
        or message.endswith(_OUT_OF_MEMORY_ENDS)
    )


def is_limit(exception: BaseException) -> bool:
    """Whether an exception says that the process may open no further file, or start no further process or thread."""
    if isinstance(exception, OSError):
        return exception.errno in _NO_FILES | {errno.EAGAIN}
    return isinstance(exception, RuntimeError) and "can't start new thread" in str(exception)


def is_unwritable(message: str) -> bool:
    """Whether a message says that a file or folder can't be written.

    The message is an exception's, or the last line that a program printed; it is known by its error number.

    Python writes the number as `[Errno 13]`, libraries that are written in Rust, such as safetensors, as `(os error
    13)`.
    """
    return any(f"[Errno {number}]" in message or f"(os error {number})" in message for number in _UNWRITABLE)


def _is_own_module(name: str | None) -> bool:
    return name is None or name.split(".")[0] == "twintune"
