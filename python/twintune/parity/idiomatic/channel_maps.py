"""Preprocessing as a linear map of the channels, which compares libraries that describe it differently."""

from __future__ import annotations

import numpy as np

from twintune.protocol import ChannelMap

PROBES = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
"""Black and the three primary colours in RGB, of which the results tell the whole map; uint8, shape [4, 3]."""


def map_of(outputs: np.ndarray) -> ChannelMap:
    """The map by which `PROBES` became `outputs`, of shape [4, 3]."""
    black, colors = outputs[0].astype(np.float64), outputs[1:].astype(np.float64)
    return ChannelMap(matrix=((colors - black) / 255).T.tolist(), offset=black.tolist())


def apply_map(channels: ChannelMap, pixels: np.ndarray) -> np.ndarray:
    """Preprocesses pixels of 0 to 255, of shape [..., 3], in float64."""
    return pixels.astype(np.float64) @ np.array(channels.matrix).T + np.array(channels.offset)


def describe_map(channels: ChannelMap) -> str:
    """Describes a map in one line, such as `[B - 103.939, G - 116.779, R - 123.68]`."""
    rows = [
        _describe_channel(factors, offset) for factors, offset in zip(channels.matrix, channels.offset, strict=True)
    ]
    return f"[{', '.join(rows)}]"


def _describe_channel(factors: list[float], offset: float) -> str:
    terms = [
        name if np.isclose(factor, 1) else f"{factor:.4g}·{name}"
        for name, factor in zip("RGB", factors, strict=True)
        if abs(factor) > 1e-6
    ]
    shift = f" {'-' if offset < 0 else '+'} {abs(offset):.6g}" if abs(offset) > 1e-4 else ""
    return " + ".join(terms) + shift


def is_same_map(one: ChannelMap, other: ChannelMap) -> bool:
    """Whether two maps are the same but for float32's rounding."""
    pairs = ((one.matrix, other.matrix), (one.offset, other.offset))
    return all(np.allclose(ours, theirs, rtol=1e-5, atol=1e-6) for ours, theirs in pairs)
