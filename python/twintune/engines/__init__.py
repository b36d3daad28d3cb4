"""The engines of the frameworks, with the same file and function names in each framework's folder."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from twintune.engines.engine import Engine
from twintune.errors import TwintuneError, install_command, is_out_of_memory
from twintune.protocol import Framework, Mode, RunRequest

MODULES: dict[Framework, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "keras", "keras_hub"),
    "pytorch": ("torch", "torchvision", "timm"),
}
"""The packages that each framework's engines import, the framework itself first."""

_ALIGNED_ALONE = ("keras_hub",)
"""The packages that idiomatic mode does without, since it has Keras' own models."""

_DISPENSABLE: dict[Framework, tuple[str, ...]] = {"tensorflow": ("sklearn", "pandas", "tensorflow_text"), "pytorch": ()}
"""Optional packages that the framework's libraries import if they find them, and that no engine uses.

scikit-learn, which brings SciPy's statistics, pandas and a tokenizer are a good part of the time that the libraries'
import takes.
"""


def import_framework(framework: Framework, mode: Mode | None = None) -> None:
    """Imports a framework and the packages that its engines need.

    Args:
        framework: This process's framework.
        mode: The mode of the runs to come; None imports the packages of both modes.

    Raises:
        TwintuneError: FRAMEWORK_MISSING or PACKAGE_MISSING, with the command that installs what is missing;
            OUT_OF_MEMORY.
    """
    # Keras takes its backend from the environment or a settings file, and would train with another one without a
    # warning.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _hidden(_DISPENSABLE[framework]):
        for module in MODULES[framework]:
            if mode == "idiomatic" and module in _ALIGNED_ALONE:
                continue
            try:
                importlib.import_module(module)
            except Exception as error:  # a broken CUDA library raises OSError, a protobuf that doesn't fit TypeError
                raise _import_failure(framework, module, error) from error
    importlib.import_module(f"twintune.engines.{framework}.device").initialize()
    # Imported objects stay: the collection at a run's beginning would otherwise look at all of them, for a quarter of a
    # second.
    gc.freeze()


@contextlib.contextmanager
def _hidden(modules: Sequence[str]) -> Iterator[None]:
    """Hides modules within a `with` block, as if they weren't installed; modules that are imported already stay.

    Keras and keras-hub try to import them and have no setting that says not to. An entry of None in `sys.modules` is
    Python's own way to say that a module isn't there (Python reference, "The module cache").
    """
    hidden = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for module in hidden:
            del sys.modules[module]


def _import_failure(framework: Framework, module: str, error: Exception) -> TwintuneError:
    if is_out_of_memory(error):
        return TwintuneError(
            "OUT_OF_MEMORY",
            f"Not enough memory to import {module}: {type(error).__name__}: {error}".rstrip(": "),
            "Close what else uses memory, or raise the limit that this process has (see `ulimit -v`).",
        )
    code = "FRAMEWORK_MISSING" if module == MODULES[framework][0] else "PACKAGE_MISSING"
    # The file has the versions that twintune is known to work with, for this framework alone.
    requirements = f"requirements-{framework}.txt"
    if isinstance(error, ModuleNotFoundError):
        return TwintuneError(
            code,
            f"{sys.executable} can't import {module}: {error}",
            install_command(requirements),
        )
    return TwintuneError(
        code,
        f"{sys.executable} has {module}, but it can't be imported: {type(error).__name__}: {error}",
        install_command(requirements, "--force-reinstall "),
    )


def create_engine(request: RunRequest, classes: int) -> Engine:
    """Builds the engine of a run.

    Args:
        request: The run's request, which gives the framework, the mode and all else.
        classes: The number of the head's outputs.
    """
    return _module_of(request).create_engine(request, classes)


def create_trained_engine(request: RunRequest, classes: int, trained: Path) -> Engine:
    """Builds the engine of a trained model, without the weights that its run began with.

    Args:
        request: The request of a run that would build such a model.
        classes: The number of the head's outputs.
        trained: The model's file, whose tensors are to be loaded into the engine (`Engine.load_trained`).
    """
    return _module_of(request).create_engine(request, classes, trained)


def _module_of(request: RunRequest) -> Any:
    return importlib.import_module(f"twintune.engines.{request.framework}.{request.mode}")
