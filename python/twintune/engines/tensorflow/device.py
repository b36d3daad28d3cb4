"""Devices, threads and memory, as TensorFlow sees them."""

from __future__ import annotations

import tensorflow as tf

from twintune.cpu import available_cores
from twintune.errors import TwintuneError
from twintune.memory import resident_peak, start_resident_peak


def initialize() -> None:
    """Sets what must be set before TensorFlow's runtime starts: threads, and memory that grows with need."""
    tf.config.threading.set_intra_op_parallelism_threads(available_cores())
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def list_devices() -> list[str]:
    """`cpu`, then `gpu:N` with its name."""
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "unnamed") for gpu in gpus]
    return ["cpu", *(f"gpu:{index} ({name})" for index, name in enumerate(names))]


def gpu_support() -> str:
    """How this TensorFlow was built."""
    build = tf.sysconfig.get_build_info()
    if not build.get("is_cuda_build"):
        return "CPU build"
    return f"CUDA {build.get('cuda_version', '?')}, cuDNN {build.get('cudnn_version', '?')}"


def choose_device(wanted: str) -> str:
    """TensorFlow's name of a device of the spec.

    Args:
        wanted: `auto`, `cpu`, `gpu` or `gpu:N`.

    Returns:
        `/CPU:0` or `/GPU:N`.

    Raises:
        TwintuneError: DEVICE_UNAVAILABLE.
    """
    gpus = len(tf.config.list_physical_devices("GPU"))
    if wanted == "cpu" or (wanted == "auto" and gpus == 0):
        return "/CPU:0"
    index = int(wanted.partition(":")[2] or 0)
    if index >= gpus:
        raise TwintuneError(
            "DEVICE_UNAVAILABLE",
            f"TensorFlow sees {gpus} GPUs, so {wanted} can't be used ({gpu_support()}).",
            "Use device: auto or cpu; `twintune doctor` shows what each framework sees.",
        )
    return f"/GPU:{index}"


def describe_device(device: str) -> str:
    """The device in the words of both frameworks: `cpu` or `gpu:N (name)`."""
    return list_devices()[0 if device == "/CPU:0" else int(device[5:]) + 1]


def describe_threads() -> str:
    """CPU threads within an operation."""
    return f"{tf.config.threading.get_intra_op_parallelism_threads()} within operations"


def start_memory_peak(device: str) -> None:
    """Forgets the peak so far: the allocator's on a GPU, the resident set's on a CPU."""
    if device.startswith("/GPU"):
        tf.config.experimental.reset_memory_stats(device[1:])
    else:
        start_resident_peak()


def memory_peak(device: str) -> tuple[int, str]:
    """Peak bytes, and how they were read."""
    if device.startswith("/GPU"):
        return tf.config.experimental.get_memory_info(device[1:])["peak"], "peak of the framework's GPU allocator"
    return resident_peak()
