"""Devices, threads and memory, as TensorFlow sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import keras
import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.framework.config import is_op_determinism_enabled
from tensorflow.python.util import _pywrap_determinism

from twintune.engines.devices import choose_gpu
from twintune.errors import TwintuneError
from twintune.model.precision import describe_dtypes
from twintune.system.cpu import available_cores, describe_threads
from twintune.system.memory import ResidentPeak


def initialize() -> None:
    """Makes the settings that come before the start of TensorFlow's runtime: threads, and memory that grows with need.

    Keras' own settings file can change its backend and its dtypes; these settings overrule it.

    Raises:
        TwintuneError: PACKAGE_MISSING if Keras was imported on another framework before.
    """
    if keras.backend.backend() != "tensorflow":
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"Keras runs on {keras.backend.backend()} in this process, not on TensorFlow.",
            "Unset KERAS_BACKEND.",
        )
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    tf.config.threading.set_intra_op_parallelism_threads(available_cores())
    tf.config.threading.set_inter_op_parallelism_threads(available_cores())
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def start_run(seed: int, deterministic: bool) -> None:
    """Makes the settings of one run: its generators, and whether its kernels are deterministic.

    Args:
        seed: The seed of the framework's own random numbers.
        deterministic: Whether only deterministic kernels may run.
    """
    _forget_custom_gradients()
    # Otherwise Keras keeps the graphs of a warm worker's last run; the next garbage collection frees what is left.
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    # The public function can only switch determinism on, and a process may have more than one run.
    _pywrap_determinism.enable(deterministic)


def _forget_custom_gradients() -> None:
    """Frees the graphs of earlier runs that TensorFlow 2.21 would keep for good.

    TensorFlow registers the gradient of each `tf.custom_gradient` that it traces, SiLU's among them, under a name of
    its own, and never removes it: an EfficientNet that trained stayed in memory with its graph and its variables.
    """
    registry = ops.gradient_registry
    for name in [name for name in registry.list() if name.startswith("CustomGradient-")]:
        del registry._registry[name]


def list_devices() -> list[str]:
    """Lists the devices: `cpu`, then each `gpu:N` with its name."""
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "unnamed") for gpu in gpus]
    return ["cpu", *(f"gpu:{index} ({name})" for index, name in enumerate(names))]


def gpu_support() -> str:
    """The GPU support of this TensorFlow's build."""
    build = tf.sysconfig.get_build_info()
    if not build.get("is_cuda_build"):
        return "CPU build"
    return f"CUDA {build.get('cuda_version', '?')}, cuDNN {build.get('cudnn_version', '?')}"


class Device:
    """The device of one run, and the settings on it."""

    def __init__(self, wanted: str) -> None:
        """Finds the device.

        Args:
            wanted: The specification's device: `auto`, `cpu`, `gpu` or `gpu:N`.

        Raises:
            TwintuneError: DEVICE_UNAVAILABLE if the framework doesn't see the GPU.
        """
        index = choose_gpu(wanted, len(tf.config.list_physical_devices("GPU")), "TensorFlow", gpu_support())
        self.native = "/CPU:0" if index is None else f"/GPU:{index}"
        """TensorFlow's name of the device: `/CPU:0` or `/GPU:N`."""
        self.on_gpu = self.native.startswith("/GPU")
        """Whether the device is a GPU."""
        self._resident_peak = ResidentPeak()

    def threads(self) -> str:
        """Describes TensorFlow's CPU threads, and the processors that they may run on."""
        threading = tf.config.threading
        return describe_threads(
            threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()
        )

    def is_deterministic(self) -> bool:
        """Whether only deterministic kernels run."""
        return is_op_determinism_enabled()

    def describe_precision(self, dtypes: Mapping[str, Iterable[str]]) -> str:
        """Describes the dtypes of the model's parts, and on a GPU whether float32 means TensorFloat-32."""
        text = describe_dtypes(dtypes)
        if not self.on_gpu:
            return text
        state = "on" if tf.config.experimental.tensor_float_32_execution_enabled() else "off"
        return f"{text} (TF32: products {state}, convolutions {state})"

    def synchronize(self) -> None:
        """Waits until the device has finished its work."""
        if self.on_gpu:
            tf.test.experimental.sync_devices()

    def start_memory_peak(self) -> None:
        """Begins to measure the peak anew: the allocator's on a GPU, the resident set's on a CPU."""
        if self.on_gpu:
            tf.config.experimental.reset_memory_stats(self.native[1:])
        else:
            self._resident_peak.start()

    def memory_peak(self) -> tuple[int, str]:
        """The peak of the memory in bytes, and how it was read."""
        if self.on_gpu:
            info = tf.config.experimental.get_memory_info(self.native[1:])
            return info["peak"], "peak of the framework's GPU allocator"
        return self._resident_peak.read()


def describe_placement(tensors: Iterable[tf.Variable]) -> str:
    """The device of live tensors, in the same words for both frameworks: `cpu` or `gpu:N (name)`."""
    names = list_devices()
    places = {tf.DeviceSpec.from_string(device) for device in {tensor.device for tensor in tensors}}
    # The logical devices of a CPU are all on the one that there is.
    return ", ".join(sorted({names[0 if p.device_type == "CPU" else (p.device_index or 0) + 1] for p in places}))
