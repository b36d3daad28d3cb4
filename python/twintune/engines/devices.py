"""The choice of the specification's device, which is the same for both frameworks."""

from __future__ import annotations

from twintune.errors import TwintuneError


def choose_gpu(wanted: str, gpus: int, framework: str, support: str) -> int | None:
    """Index of the GPU that the specification means, or None for the CPU.

    Args:
        wanted: The specification's device: `auto`, `cpu`, `gpu` or `gpu:N`.
        gpus: The number of GPUs that the framework sees.
        framework: The framework's name, for the message.
        support: The framework's build, for the message.

    Raises:
        TwintuneError: DEVICE_UNAVAILABLE if the framework doesn't see the GPU.
    """
    if wanted == "cpu" or (wanted == "auto" and gpus == 0):
        return None
    index = int(wanted.partition(":")[2] or 0)
    if index >= gpus:
        raise TwintuneError(
            "DEVICE_UNAVAILABLE",
            f"{framework} sees {gpus or 'no'} GPUs, so {wanted} can't be used (its build: {support}).",
            "Use device: auto or cpu; `twintune doctor` shows what each framework sees.",
        )
    return index
