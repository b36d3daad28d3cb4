"""A precision decides the dtypes of a model's parts, and which devices can compute."""

# Holds the option training.precision

from __future__ import annotations

import pytest
from twintune.errors import TwintuneError
from twintune.model.precision import array_dtype, check_precision, describe_dtypes


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [("float64", "float64"), ("float32", "float32"), ("bfloat16", "float32"), ("float16", "float32")],
)
def test_batches_are_float32_but_in_float64(precision, dtype: str) -> None:
    assert array_dtype(precision) == dtype


def test_float16_on_a_cpu_is_refused_with_a_way_out() -> None:
    with pytest.raises(TwintuneError, match="device for this run is the CPU") as caught:
        check_precision("float16", on_gpu=False, framework="PyTorch")
    assert caught.value.code == "PRECISION_UNAVAILABLE"
    assert "bfloat16" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("precision", "on_gpu"), [("float16", True), ("bfloat16", False), ("float32", False), ("float64", False)]
)
def test_every_other_pair_is_accepted(precision, on_gpu: bool) -> None:
    check_precision(precision, on_gpu, "PyTorch")


def test_one_dtype_throughout_is_told_by_its_name() -> None:
    assert describe_dtypes({"parameters": {"float32"}, "statistics": set(), "head": {"float32"}}) == "float32"


def test_several_dtypes_are_told_by_part() -> None:
    parts = {"parameters": ["float32", "float32"], "statistics": [], "convolutions": ["float32", "bfloat16"]}
    assert describe_dtypes(parts) == "parameters float32, convolutions bfloat16 and float32"
