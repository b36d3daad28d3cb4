"""An idiomatic pair is described by its live models."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("frameworks")


def test_convolutions_with_a_stride_are_counted_in_nested_models_too() -> None:
    """Keras' ConvNeXt, for one, has all its strides in nested models."""
    import keras
    from torch import nn
    from twintune.parity.idiomatic.pytorch import description as pytorch
    from twintune.parity.idiomatic.tensorflow import description as tensorflow

    layers = keras.layers
    downsampling = keras.Sequential([layers.Conv2D(4, 2, strides=2), layers.Conv2D(4, 3)])
    ours = keras.Sequential([keras.Input((16, 16, 3)), downsampling, layers.DepthwiseConv2D(3, strides=2)])
    theirs = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 4, 2, stride=2), nn.Conv2d(4, 4, 3)), nn.Conv2d(4, 4, 3, stride=2, groups=4)
    )
    for counted in (tensorflow.strided_kernels(ours), pytorch.strided_kernels(theirs)):
        assert counted == {"2×2": 1, "3×3": 1}
