"""The frameworks: the same file and function names in each folder."""

from __future__ import annotations

import importlib

from twintune.engine import Engine
from twintune.errors import TwintuneError
from twintune.protocol import Framework, RunRequest

_PACKAGES = {
    "tensorflow": ("tensorflow", "keras", "keras_hub"),
    "pytorch": ("torch", "torchvision", "timm"),
}


def import_framework(framework: Framework) -> None:
    """Imports the framework and its engines.

    Raises:
        TwintuneError: FRAMEWORK_MISSING or PACKAGE_MISSING, with the command that mends it.
    """
    import sys

    for module in _PACKAGES[framework]:
        try:
            importlib.import_module(module)
        except ImportError as error:
            package = (error.name or module).split(".")[0].replace("_", "-")
            missing = error.name is not None and error.name.split(".")[0] == module
            distribution = {"torch": "torch torchvision"}.get(package, package)
            raise TwintuneError(
                "FRAMEWORK_MISSING" if missing and module == _PACKAGES[framework][0] else "PACKAGE_MISSING",
                f"{sys.executable} can't import {module}: {error}",
                f"{sys.executable} -m pip install {distribution}",
            ) from error
    importlib.import_module(f"twintune.engines.{framework}.device").initialize()


def create_engine(request: RunRequest, classes: int) -> Engine:
    """Builds the engine of a run.

    Args:
        request: Gives the framework, the mode and all else.
        classes: Outputs of the head.
    """
    module = importlib.import_module(f"twintune.engines.{request.framework}.{request.mode}")
    return module.create_engine(request, classes)
