"""Preprocessing is told from what becomes of four colours."""

from __future__ import annotations

import numpy as np
import pytest
from twintune.parity.idiomatic.channel_maps import PROBES, apply_map, describe_map, is_same_map, map_of

MEAN = np.array([103.939, 116.779, 123.68])


def caffe(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., ::-1] - MEAN


def test_a_map_is_found_and_does_the_same() -> None:
    found = map_of(caffe(PROBES.astype(np.float64)))
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 3, 3, 3))
    # Sums of three products in float64.
    assert apply_map(found, pixels) == pytest.approx(caffe(pixels), rel=1e-12, abs=1e-12)
    assert describe_map(found) == "[B - 103.939, G - 116.779, R - 123.68]"


def test_scaling_is_described_by_its_factor() -> None:
    assert describe_map(map_of(PROBES / 127.5 - 1)) == "[0.007843·R - 1, 0.007843·G - 1, 0.007843·B - 1]"


def test_maps_are_the_same_up_to_float32() -> None:
    exact = map_of(PROBES / 127.5 - 1)
    rounded = map_of((PROBES.astype(np.float32) / np.float32(127.5)) - 1)
    assert is_same_map(exact, rounded)
    assert not is_same_map(exact, map_of(caffe(PROBES.astype(np.float64))))
