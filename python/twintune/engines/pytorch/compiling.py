"""Compiled training steps: `torch.compile`."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import torch

from twintune.errors import TwintuneError


def check_compiler(on_gpu: bool) -> None:
    """Refuses to compile if PyTorch finds no compiler for the code that it generates.

    Args:
        on_gpu: Whether the run's device is a GPU.

    Raises:
        TwintuneError: COMPILER_MISSING if there is no usable compiler.
    """
    missing = "Triton" if on_gpu and not _has_triton() else "a C++ compiler" if not _has_cpp_compiler() else None
    if missing is not None:
        raise TwintuneError(
            "COMPILER_MISSING",
            f"torch.compile wants {missing}, which PyTorch doesn't find on this machine.",
            "Install what is missing (apt install g++; pip install triton), or leave training.compile out.",
        )
    spaced = next((folder for folder in _linked_folders() if " " in folder), None)
    if spaced is not None and not on_gpu:
        raise TwintuneError(
            "COMPILER_MISSING",
            f"torch 2.13 passes the folder {spaced} to its compiler without quotes, and the space breaks the command.",
            "Make the environment in a folder without spaces, or leave training.compile out.",
        )


def compile_function(function: Callable) -> Callable:
    """Compiles a function, and forgets the functions that were compiled for an earlier phase."""
    torch.compiler.reset()
    return torch.compile(function)


def _linked_folders() -> list[str]:
    """The folders of the libraries that compiled code is linked with."""
    return [str(Path(torch.__file__).parent / "lib"), sysconfig.get_config_var("LIBDIR") or ""]


def _has_triton() -> bool:
    from torch.utils._triton import has_triton

    return has_triton()


def _has_cpp_compiler() -> bool:
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        return False
    return True
