"""A library's own optimiser is described by its steps, not by its words."""

from __future__ import annotations

import importlib
import math

import pytest
from twintune.protocol import Adam, AdamW, Optimizer, Sgd

pytestmark = pytest.mark.usefixtures("frameworks")


def probes(framework: str):
    return importlib.import_module(f"twintune.parity.idiomatic.{framework}.description")


def adam(kind: type[Adam] | type[AdamW] = Adam, weight_decay: float = 0.0) -> Optimizer:
    return kind(learning_rate=1e-3, beta1=0.9, beta2=0.999, weight_decay=weight_decay, decay_norm_and_bias=False)


def sgd(weight_decay: float = 0.0) -> Optimizer:
    return Sgd(0.1, momentum=0.9, nesterov=False, weight_decay=weight_decay, decay_norm_and_bias=False)


# Keras' learning rate is a float32: 6e-8 of it, which is 6e-14 beside the probe's gradient of 1e-6.
def test_keras_adds_epsilon_before_the_bias_correction_and_pytorch_after_it() -> None:
    assert probes("tensorflow").live_first_step_epsilon(adam()) == pytest.approx(1e-7 / math.sqrt(1 - 0.999), rel=1e-5)
    assert probes("pytorch").live_first_step_epsilon(adam()) == pytest.approx(1e-8, rel=1e-5)
    assert probes("tensorflow").live_first_step_epsilon(sgd()) is None


@pytest.mark.parametrize(
    ("definition", "tensorflow", "pytorch"),
    [
        (adam(), "none", "none"),
        (adam(weight_decay=0.01), "decoupled", "coupled"),
        (adam(AdamW, weight_decay=0.01), "decoupled", "decoupled"),
        (sgd(weight_decay=0.01), "decoupled", "coupled"),
    ],
    ids=["no decay", "adam", "adamw", "sgd"],
)
def test_keras_always_decays_beside_the_buffers(definition: Optimizer, tensorflow: str, pytorch: str) -> None:
    assert probes("tensorflow").live_decay(definition) == tensorflow
    assert probes("pytorch").live_decay(definition) == pytorch
