"""Devices, threads and memory, as PyTorch sees them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import numpy as np
import torch

from twintune.engines.devices import choose_gpu
from twintune.engines.pytorch.replicas import Replicas
from twintune.model.precision import describe_dtypes
from twintune.system.cpu import available_cores, describe_threads
from twintune.system.memory import ResidentPeak, keep_freed_memory


def initialize() -> None:
    """Makes the settings that come before any work: threads, memory, and cuBLAS' workspace for deterministic runs."""
    torch.set_num_threads(available_cores())
    # PyTorch lets this number be set only once in a process.
    if torch.get_num_interop_threads() != available_cores():
        torch.set_num_interop_threads(available_cores())
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    keep_freed_memory()


def start_run(seed: int, deterministic: bool) -> None:
    """Makes the settings of one run: its generators, and whether its kernels are deterministic.

    Args:
        seed: The seed of the framework's own random numbers.
        deterministic: Whether only deterministic kernels may run.
    """
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(deterministic)


def list_devices() -> list[str]:
    """Lists the devices: `cpu`, then each `gpu:N` with its name."""
    gpus = torch.cuda.device_count()
    return ["cpu", *(f"gpu:{index} ({torch.cuda.get_device_name(index)})" for index in range(gpus))]


def gpu_support() -> str:
    """The GPU support of this PyTorch's build."""
    if torch.version.hip is not None:
        return f"ROCm {torch.version.hip}"
    if torch.version.cuda is None:
        return "CPU build"
    return f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"


class Device:
    """The device of one run, and the settings on it."""

    def __init__(self, wanted: str) -> None:
        """Finds the device.

        Args:
            wanted: The specification's device: `auto`, `cpu`, `gpu` or `gpu:N`.

        Raises:
            TwintuneError: DEVICE_UNAVAILABLE if the framework doesn't see the GPU.
        """
        index = choose_gpu(wanted, torch.cuda.device_count(), "PyTorch", gpu_support())
        self.native = torch.device("cpu") if index is None else torch.device("cuda", index)
        """The device as PyTorch has it."""
        self.on_gpu = self.native.type == "cuda"
        """Whether the device is a GPU."""
        self.replicas = Replicas()
        """The replicas of the run's model, whose memory is counted with that of this process."""
        self._resident_peak = ResidentPeak()
        if self.on_gpu:
            # Memory that an earlier run on a warm worker left in the allocator would count as this run's.
            torch.cuda.empty_cache()

    def threads(self) -> str:
        """Describes PyTorch's CPU threads, of all replicas together, and the processors that they may run on."""
        return describe_threads(self.replicas.count * torch.get_num_threads(), torch.get_num_interop_threads())

    def is_deterministic(self) -> bool:
        """Whether only deterministic kernels run."""
        return torch.are_deterministic_algorithms_enabled()

    def describe_precision(self, dtypes: Mapping[str, Iterable[str]]) -> str:
        """Describes the dtypes of the model's parts, and on a GPU whether float32 means TensorFloat-32."""
        text = describe_dtypes(dtypes)
        if not self.on_gpu:
            return text
        products = "on" if torch.backends.cuda.matmul.allow_tf32 else "off"
        convolutions = "on" if torch.backends.cudnn.allow_tf32 else "off"
        return f"{text} (TF32: products {products}, convolutions {convolutions})"

    def put(self, array: np.ndarray) -> torch.Tensor:
        """Puts an array on the device: a CPU sees it in place, to a GPU it is copied while the host goes on."""
        tensor = torch.from_numpy(array)
        # Only a copy from pinned memory runs beside the host.
        return tensor.pin_memory().to(self.native, non_blocking=True) if self.on_gpu else tensor

    def synchronize(self) -> None:
        """Waits until the device has finished its work."""
        if self.on_gpu:
            torch.cuda.synchronize(self.native)

    def start_memory_peak(self) -> None:
        """Begins to measure the peak anew: the allocator's on a GPU, the resident set's on a CPU."""
        self.replicas.together("device.start_memory_peak", self._start_memory_peak)

    def _start_memory_peak(self) -> None:
        if self.on_gpu:
            torch.cuda.reset_peak_memory_stats(self.native)
        else:
            self._resident_peak.start()

    def memory_peak(self) -> tuple[int, str]:
        """The peak of the memory in bytes, with those of all replicas, and how it was read."""
        of_others: list[tuple[int, str]] = []
        peak, method = self.replicas.together("device.memory_peak", self._memory_peak, answers=of_others)
        if of_others:
            method = f"{method}, added up over {1 + len(of_others)} processes"
        return peak + sum(each for each, _ in of_others), method

    def _memory_peak(self) -> tuple[int, str]:
        if self.on_gpu:
            return torch.cuda.max_memory_allocated(self.native), "peak of the framework's GPU allocator"
        return self._resident_peak.read()


def describe_placement(tensors: Iterable[torch.Tensor]) -> str:
    """The device of live tensors, in the same words for both frameworks: `cpu` or `gpu:N (name)`."""
    names = list_devices()
    places = {tensor.device for tensor in tensors}
    return ", ".join(sorted(names[0 if p.type == "cpu" else (p.index or 0) + 1] for p in places))
