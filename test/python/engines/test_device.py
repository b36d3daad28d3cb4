"""Devices by the spec's names, as each framework sees them."""

from __future__ import annotations

import importlib

import pytest
from twintune.errors import TwintuneError
from twintune.system.cpu import available_cores, describe_threads

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]


def device_module(framework: str):
    return importlib.import_module(f"twintune.engines.{framework}.device")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_cpu_is_always_there(framework: str) -> None:
    assert device_module(framework).list_devices()[0] == "cpu"
    assert device_module(framework).Device("cpu").memory_peak()[0] > 0


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_gpu_that_is_not_there_is_a_typed_failure(framework: str) -> None:
    with pytest.raises(TwintuneError, match="gpu:99") as caught:
        device_module(framework).Device("gpu:99")
    assert caught.value.code == "DEVICE_UNAVAILABLE"
    assert "twintune doctor" in (caught.value.hint or "")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_both_frameworks_use_every_core_that_they_may(framework: str) -> None:
    cores = available_cores()
    threads = device_module(framework).Device("cpu").threads()
    assert threads == describe_threads(within=cores, between=cores)


@pytest.mark.parametrize(("framework", "wait"), [("tensorflow", "sync_devices"), ("pytorch", "synchronize")])
def test_a_gpu_is_waited_for_by_the_framework_s_own_function_and_a_cpu_is_not(
    framework: str, wait: str, monkeypatch
) -> None:
    module = device_module(framework)
    place = module.tf.test.experimental if framework == "tensorflow" else module.torch.cuda
    assert callable(getattr(place, wait))
    waits = []
    monkeypatch.setattr(place, wait, lambda *device: waits.append(device))
    device = module.Device("cpu")
    device.synchronize()
    assert waits == []
    device.on_gpu = True
    device.synchronize()
    assert len(waits) == 1
