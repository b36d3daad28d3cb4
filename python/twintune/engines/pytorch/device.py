"""Devices, threads and memory, as PyTorch sees them."""

from __future__ import annotations

import os

import torch

from twintune.cpu import available_cores
from twintune.errors import TwintuneError
from twintune.memory import resident_peak, start_resident_peak


def initialize() -> None:
    """Sets what must be set before the first work: threads, and cuBLAS' workspace for deterministic runs."""
    torch.set_num_threads(available_cores())
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def list_devices() -> list[str]:
    """`cpu`, then `gpu:N` with its name."""
    gpus = torch.cuda.device_count()
    return ["cpu", *(f"gpu:{index} ({torch.cuda.get_device_name(index)})" for index in range(gpus))]


def gpu_support() -> str:
    """How this PyTorch was built."""
    if torch.version.cuda is None:
        return "CPU build"
    return f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"


def choose_device(wanted: str) -> torch.device:
    """PyTorch's device for a device of the spec.

    Args:
        wanted: `auto`, `cpu`, `gpu` or `gpu:N`.

    Raises:
        TwintuneError: DEVICE_UNAVAILABLE.
    """
    gpus = torch.cuda.device_count()
    if wanted == "cpu" or (wanted == "auto" and gpus == 0):
        return torch.device("cpu")
    index = int(wanted.partition(":")[2] or 0)
    if index >= gpus:
        raise TwintuneError(
            "DEVICE_UNAVAILABLE",
            f"PyTorch sees {gpus} GPUs, so {wanted} can't be used ({gpu_support()}).",
            "Use device: auto or cpu; `twintune doctor` shows what each framework sees.",
        )
    return torch.device("cuda", index)


def describe_device(device: torch.device) -> str:
    """The device in the words of both frameworks: `cpu` or `gpu:N (name)`."""
    return list_devices()[0 if device.type == "cpu" else (device.index or 0) + 1]


def describe_threads() -> str:
    """CPU threads within an operation."""
    return f"{torch.get_num_threads()} within operations"


def start_memory_peak(device: torch.device) -> None:
    """Forgets the peak so far: the allocator's on a GPU, the resident set's on a CPU."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        start_resident_peak()


def memory_peak(device: torch.device) -> tuple[int, str]:
    """Peak bytes, and how they were read."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device), "peak of the framework's GPU allocator"
    return resident_peak()
