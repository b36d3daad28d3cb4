"""Tests that need a GPU; each framework's are skipped where it sees none, and run in an environment of its own.

They hold the CPU's arithmetic against the GPU's, and what a run says of itself against what its device does.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
import pytest
from conftest import RESNET
from twintune.protocol import RunRequest, RunResult
from twintune.training.loop import run


@pytest.fixture(params=["tensorflow", "pytorch"])
def framework(request: pytest.FixtureRequest) -> str:
    """A framework that sees a GPU; the other one need not be installed."""
    name = request.param
    pytest.importorskip({"tensorflow": "tensorflow", "pytorch": "torch"}[name])
    from twintune.engines import import_framework

    import_framework(name)
    if len(device_module(name).list_devices()) == 1:
        pytest.skip("the framework sees no GPU")
    return name


@pytest.fixture
def train(make_request: Callable[..., RunRequest], framework: str) -> Callable[..., RunResult]:
    """Carries out a run of everything trained on the GPU; keyword arguments replace fields of its request."""

    def train(precision: str = "float32", **changes) -> RunResult:
        phase = make_request(framework).training.phases[0]
        training = {"precision": precision, "phases": [everything(phase)]} | changes.pop("training", {})
        return run(make_request(framework, **{"device": "gpu", **changes}, training=training), lambda report: None)

    return train


def device_module(framework: str):
    return importlib.import_module(f"twintune.engines.{framework}.device")


def everything(phase) -> dict:
    import msgspec

    return msgspec.to_builtins(phase) | {"trainable": "all", "batchNorm": "train"}


def set_tf32(framework: str, is_on: bool) -> None:
    if framework == "pytorch":
        import torch

        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = is_on
    else:
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(is_on)


def has_tf32(framework: str) -> bool:
    """Whether the first GPU has the units: those from Ampere on, of compute capability 8."""
    if framework == "pytorch":
        import torch

        return torch.cuda.get_device_capability(0) >= (8, 0)
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return details.get("compute_capability", (0, 0)) >= (8, 0)


def test_auto_takes_the_gpu_and_its_memory_is_the_allocator_s(train) -> None:
    result = train(device="auto")
    assert result.facts.device.startswith("gpu:0")
    assert "GPU allocator" in result.peak_memory_method


def test_a_cpu_is_a_cpu_beside_a_gpu(train) -> None:
    result = train(device="cpu")
    assert result.facts.device == "cpu"
    assert "TF32" not in result.facts.precision
    assert "GPU allocator" not in result.peak_memory_method


def test_a_gpu_computes_what_a_cpu_computes(train) -> None:
    there, here = train("float64"), train("float64", device="cpu")
    assert there.first_step_loss == pytest.approx(here.first_step_loss, rel=1e-10)
    assert there.test.loss == pytest.approx(here.test.loss, rel=1e-6)
    assert there.facts.pixels == here.facts.pixels


def test_a_deterministic_run_gives_the_same_bits_twice(train) -> None:
    first, second = (train(deterministic=True) for _ in range(2))
    assert first.facts.deterministic
    assert (first.model_digest, first.test) == (second.model_digest, second.test)


def test_aligned_mode_has_tf32_off_and_says_so(train) -> None:
    assert train().facts.precision == "float32 (TF32: products off, convolutions off)"


@pytest.mark.parametrize("is_on", [False, True], ids=["off", "on"])
def test_the_rounding_of_a_forward_pass_is_that_of_the_tf32_that_is_read_back(
    make_request, framework: str, is_on: bool
) -> None:
    if is_on and not has_tf32(framework):
        pytest.skip("the GPU has no TF32")
    pixels = np.random.default_rng(0).standard_normal((4, 65, 65, 3))

    def predict(precision: str, tf32: bool) -> tuple[np.ndarray, str]:
        from twintune.engines import create_engine

        request = make_request(
            framework,
            device="gpu",
            model=RESNET,
            dataset={"imageSize": 65},
            training={"precision": precision},
        )
        engine = create_engine(request, 3)
        engine.start_phase(request.training.phases[0], first_stage=0)
        set_tf32(framework, tf32)
        return engine.predict(pixels.astype(precision)), engine.precision()

    try:
        exact, _ = predict("float64", False)
        rounded, told = predict("float32", is_on)
    finally:
        set_tf32(framework, False)
    error = np.abs(rounded - exact).max() / np.abs(exact).max()
    # TF32 has 10 bits behind the point, float32 has 23.
    assert (error > 3e-5) == is_on, error
    assert told.count("on)" if is_on else "off)") == 1


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_a_run_in_half_precision_is_one_and_stays_finite(train, precision: str) -> None:
    result = train(precision)
    assert precision in result.facts.precision
    assert np.isfinite(result.test.loss)
    full = train()
    assert result.first_step_loss == pytest.approx(full.first_step_loss, rel=0.05)
    assert result.facts.pixels == full.facts.pixels


def test_the_peak_of_memory_is_the_run_s_own_and_grows_with_the_batch(train) -> None:
    small, large = (train(training={"batchSize": size}).peak_memory_bytes for size in (4, 16))
    again = train(training={"batchSize": 4}).peak_memory_bytes
    assert small < large
    assert again < large
