"""The frameworks: the same file and function names in each folder."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence

from twintune.engines.engine import Engine
from twintune.errors import TwintuneError, install_command
from twintune.protocol import Framework, Mode, RunRequest

MODULES: dict[Framework, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "keras", "keras_hub"),
    "pytorch": ("torch", "torchvision", "timm"),
}
"""What each framework's engines import; the framework itself first."""

_ALIGNED_ALONE = ("keras_hub",)
"""What idiomatic mode does without: it has Keras' own models."""

_DISPENSABLE: dict[Framework, tuple[str, ...]] = {"tensorflow": ("sklearn", "pandas", "tensorflow_text"), "pytorch": ()}
"""Optional packages that the framework's libraries import where they find them, and that no engine makes use of:
scikit-learn, which brings SciPy's statistics, pandas and a tokenizer are a good part of what their import costs."""


def import_framework(framework: Framework, mode: Mode | None = None) -> None:
    """Imports a framework and what its engines need.

    Args:
        framework: The one of this process.
        mode: That of the runs to come; None imports what either needs.

    Raises:
        TwintuneError: FRAMEWORK_MISSING or PACKAGE_MISSING, with the command that mends it.
    """
    # Keras takes its backend from the environment or a settings file, and would train with another without a word.
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
    # What was imported stays: a run begins with a collection, which would look at all of it for a quarter of a second.
    gc.freeze()


@contextlib.contextmanager
def _hidden(modules: Sequence[str]) -> Iterator[None]:
    """Within it these modules can't be imported, as if they weren't installed; those that are imported stay.

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
    code = "FRAMEWORK_MISSING" if module == MODULES[framework][0] else "PACKAGE_MISSING"
    # With the versions that twintune is known to work with, and for this framework alone.
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
        request: Gives the framework, the mode and all else.
        classes: Outputs of the head.
    """
    module = importlib.import_module(f"twintune.engines.{request.framework}.{request.mode}")
    return module.create_engine(request, classes)
