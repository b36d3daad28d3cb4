"""The frameworks: the same file and function names in each folder."""

from __future__ import annotations

import importlib
import os
import sys

from twintune.engine import Engine
from twintune.errors import TwintuneError
from twintune.protocol import Framework, RunRequest

MODULES: dict[Framework, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "keras", "keras_hub"),
    "pytorch": ("torch", "torchvision", "timm"),
}
"""What each framework's engines import; the framework itself first."""


def import_framework(framework: Framework) -> None:
    """Imports the framework and its engines.

    Raises:
        TwintuneError: FRAMEWORK_MISSING or PACKAGE_MISSING, with the command that mends it.
    """
    # Keras takes its backend from the environment or a settings file, and would train with another without a word.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    for module in MODULES[framework]:
        try:
            importlib.import_module(module)
        except Exception as error:  # a broken CUDA library raises OSError, a protobuf that doesn't fit TypeError
            raise _import_failure(framework, module, error) from error
    importlib.import_module(f"twintune.engines.{framework}.device").initialize()


def _import_failure(framework: Framework, module: str, error: Exception) -> TwintuneError:
    code = "FRAMEWORK_MISSING" if module == MODULES[framework][0] else "PACKAGE_MISSING"
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or module).split(".")[0].replace("_", "-")
        wanted = {"torch": "torch torchvision"}.get(package, package)
        return TwintuneError(
            code, f"{sys.executable} can't import {module}: {error}", f"{sys.executable} -m pip install {wanted}"
        )
    return TwintuneError(
        code,
        f"{sys.executable} has {module}, but it can't be imported: {type(error).__name__}: {error}",
        f"{sys.executable} -m pip install --force-reinstall {module.replace('_', '-')}",
    )


def create_engine(request: RunRequest, classes: int) -> Engine:
    """Builds the engine of a run.

    Args:
        request: Gives the framework, the mode and all else.
        classes: Outputs of the head.
    """
    module = importlib.import_module(f"twintune.engines.{request.framework}.{request.mode}")
    return module.create_engine(request, classes)
