"""The meaning of a precision of the specification, which is the same in both frameworks.

In float32 and float64 everything has that one dtype. In the half precisions (bfloat16, float16) the convolutions and
activations of the backbone are half; parameters, BatchNorm statistics, optimiser state, pooled features, head and loss
are float32.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from twintune.errors import TwintuneError
from twintune.protocol import Precision


def is_half(precision: Precision) -> bool:
    """Whether convolutions and activations have half the bits of everything else."""
    return precision in ("bfloat16", "float16")


def array_dtype(precision: Precision) -> Literal["float64", "float32"]:
    """The NumPy dtype of batches, masks, features, logits and kept arrays: `float32` or `float64`."""
    return "float64" if precision == "float64" else "float32"


def check_precision(precision: Precision, on_gpu: bool, framework: str) -> None:
    """Refuses a precision in which the run's device can't compute.

    Args:
        precision: The specification's precision.
        on_gpu: Whether the run's device is a GPU.
        framework: The framework's name, for the message.

    Raises:
        TwintuneError: PRECISION_UNAVAILABLE if the precision is float16 and the device a CPU.
    """
    if precision == "float16" and not on_gpu:
        raise TwintuneError(
            "PRECISION_UNAVAILABLE",
            f"float16 needs a GPU, and {framework}'s device for this run is the CPU: CPUs have no float16 arithmetic,"
            " and its small range is made up for by loss scaling.",
            "Use training.precision: bfloat16, which has float32's range, or a machine with a GPU.",
        )


def describe_dtypes(groups: Mapping[str, Iterable[str]]) -> str:
    """Describes a model's live dtypes in the same words for both frameworks.

    Args:
        groups: The names of the dtypes found in each part of the model, in the order in which they are told.

    Returns:
        One dtype, such as `float32`, if all parts have the same; else a list such as `parameters float32, convolutions
        bfloat16`.
    """
    found = {part: sorted(set(dtypes)) for part, dtypes in groups.items()}
    every = {dtype for dtypes in found.values() for dtype in dtypes}
    if len(every) == 1:
        return every.pop()
    return ", ".join(f"{part} {' and '.join(dtypes)}" for part, dtypes in found.items() if dtypes)
