"""The environment of this Python: versions, devices, memory."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import platform
import sys
import time
from collections.abc import Iterable

import psutil

from twintune.engines import MODULES, import_framework
from twintune.protocol import (
    Framework,
    ImportFrameworkRequest,
    ImportFrameworkResult,
    InspectRequest,
    InspectResult,
)
from twintune.system.cpu import allowed_processors

_SHARED = ("numpy", "pillow", "grain", "datasets", "safetensors")


def import_and_report(request: ImportFrameworkRequest) -> ImportFrameworkResult:
    """Imports a framework, and measures the time that it takes.

    Raises:
        TwintuneError: FRAMEWORK_MISSING or PACKAGE_MISSING if a package can't be imported.
    """
    start = time.perf_counter()
    import_framework(request.framework, request.mode)
    return ImportFrameworkResult(seconds=time.perf_counter() - start)


def inspect(request: InspectRequest) -> InspectResult:
    """Inspects the machine as a framework sees it, which must be imported."""
    devices = importlib.import_module(f"twintune.engines.{request.framework}.device")
    memory = psutil.virtual_memory()
    return InspectResult(
        python=platform.python_version(),
        executable=sys.executable,
        versions=versions(request.framework),
        devices=devices.list_devices(),
        gpu_support=devices.gpu_support(),
        processors=allowed_processors(),
        memory_bytes=memory.total,
        available_memory_bytes=memory.available,
    )


def versions(framework: Framework) -> dict[str, str]:
    """Versions of the packages that bear on a result; a missing one is left out."""
    return versions_of(module.replace("_", "-") for module in (*MODULES[framework], *_SHARED))


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """Versions of packages, by their names; a missing one is left out."""
    found = {package: _version_of(package, tuple(sys.path)) for package in packages}
    return {package: version for package, version in found.items() if version is not None}


@functools.cache
def _version_of(package: str, path: tuple[str, ...]) -> str | None:
    """The version of a package that is installed on a module search path; None if it is missing.

    It is kept for the life of the process, which has imported the package by then: parsing the metadata of eight
    packages took a twentieth of a run on cached features.
    """
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
