"""Compiled training steps: `torch.compile`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from twintune.errors import TwintuneError


def check_compiler(on_gpu: bool) -> None:
    """Refuses to compile where what generates the code has nothing to make it run.

    Args:
        on_gpu: Whether the run's device is a GPU.

    Raises:
        TwintuneError: COMPILER_MISSING.
    """
    missing = "Triton" if on_gpu and not _has_triton() else "a C++ compiler" if not _has_cpp_compiler() else None
    if missing is not None:
        raise TwintuneError(
            "COMPILER_MISSING",
            f"torch.compile wants {missing}, which PyTorch doesn't find on this machine.",
            "Install it (apt install g++; pip install triton), or leave training.compile out.",
        )


def compile_function(function: Callable) -> Callable:
    """Compiles what is called anew: what was compiled for a phase before is forgotten."""
    torch.compiler.reset()
    return torch.compile(function)


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
