"""What is mended in a library computes what it says; each test fails without its mend."""

from __future__ import annotations

import math

import numpy as np
import pytest
from twintune.seeding import generator

pytestmark = pytest.mark.usefixtures("frameworks")

VALUES = generator(1, "values").normal(0, 3, 1000)


def with_even_background() -> np.ndarray:
    """Maps of [16, 64, 64, 2] that are one value but for a patch in the middle."""
    maps = np.full((16, 64, 64, 2), -2.1)
    maps[:, 16:48, 20:44] = generator(3, "patch").normal(size=(16, 32, 24, 2))
    return maps


def statistics_of(maps: np.ndarray) -> tuple[list[float], list[float]]:
    """The mean and the unbiased variance of each channel, of sums that are rounded once."""
    channels = maps.reshape(-1, maps.shape[-1]).T
    means = [math.fsum(values) / values.size for values in channels]
    pairs = zip(channels, means, strict=True)
    return means, [math.fsum((values - mean) ** 2) / (values.size - 1) for values, mean in pairs]


def build_in_float64(shape: tuple[int, ...], *layers):
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        outputs = inputs = keras.Input(shape, dtype="float64")
        for make in layers:
            outputs = make(keras.layers)(outputs)
        return keras.Model(inputs, outputs)
    finally:
        keras.config.set_dtype_policy(policy)


def test_tensorflow_s_leaky_relu_has_its_slope_in_float64() -> None:
    from twintune.engines.tensorflow.mends import mend_layers

    model = build_in_float64((1000,), lambda layers: layers.LeakyReLU(0.01))
    mend_layers(model)
    expected = np.where(VALUES > 0, VALUES, 0.01 * VALUES)
    # One rounding; the float32 slope is off by 2e-8.
    np.testing.assert_allclose(model(VALUES[None]).numpy()[0], expected, rtol=1e-15)


def test_pytorch_s_hardsigmoid_has_its_gradient_in_float64() -> None:
    import torch
    from torch import nn
    from twintune.engines.pytorch.mends import mend_layers

    model = nn.Sequential(nn.Hardsigmoid())
    mend_layers(model)
    values = torch.tensor(VALUES, requires_grad=True)
    model(values).sum().backward()
    # The float32 sixth is off by 3e-8.
    np.testing.assert_allclose(values.grad.numpy(), np.where(np.abs(VALUES) < 3, 1 / 6, 0), rtol=1e-15)


def test_pytorch_s_hardswish_is_on_every_device_what_it_is_on_a_cpu() -> None:
    import torch
    from torch import nn
    from twintune.engines.pytorch.mends import mend_layers

    model = nn.Sequential(nn.Hardswish())
    values = torch.tensor(VALUES)
    before = model(values)
    mend_layers(model)
    assert torch.equal(model(values), before)


def test_a_grouped_convolution_of_single_channels_stays_what_it_is() -> None:
    from twintune.engines.tensorflow.mends import Conv2D, mend_layers

    model = build_in_float64((9, 9, 6), lambda layers: layers.Conv2D(6, 3, strides=2, groups=6, use_bias=False))
    images = generator(2, "images").normal(size=(2, 9, 9, 6))
    before = model(images).numpy()
    mend_layers(model)
    assert type(model.layers[-1]) is Conv2D
    # Sums of nine products in another order.
    np.testing.assert_allclose(model(images).numpy(), before, rtol=0, atol=1e-14)


def test_strided_layers_pad_both_sides_at_even_sizes_and_keep_their_weights() -> None:
    import torch
    from torch.nn import functional
    from twintune.engines.tensorflow.mends import pad_symmetrically

    model = build_in_float64(
        (8, 8, 3),
        lambda layers: layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False, activation="relu"),
        lambda layers: layers.MaxPooling2D(3, strides=2, padding="same"),
    )
    twin = pad_symmetrically(model)
    images = generator(2, "images").normal(size=(2, 8, 8, 3))
    kernel = torch.from_numpy(model.get_weights()[0].transpose(3, 2, 0, 1))
    maps = functional.conv2d(torch.from_numpy(images).permute(0, 3, 1, 2), kernel, stride=2, padding=1).relu()
    expected = functional.max_pool2d(maps, 3, stride=2, padding=1).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(twin(images).numpy(), expected, rtol=0, atol=1e-14)
    assert np.abs(model(images).numpy() - expected).max() > 0.01


def test_a_model_without_such_layers_is_left_as_it_is() -> None:
    from twintune.engines.tensorflow.mends import pad_symmetrically

    model = build_in_float64((8, 8, 3), lambda layers: layers.Conv2D(4, 3, padding="same"))
    assert pad_symmetrically(model) is model


def test_tensorflow_s_batch_norm_has_the_statistics_of_an_even_background() -> None:
    from twintune.engines.tensorflow.batch_norm import adopt_batch_norm, set_batch_norm_mode

    model = build_in_float64((64, 64, 2), lambda layers: layers.BatchNormalization())
    layers = adopt_batch_norm(model, epsilon=1e-5, momentum=1)
    set_batch_norm_mode(layers, "train")
    maps = with_even_background()
    model(maps)
    # Sums of at most 64 values; one sum of 65,536 is off by 8e-13.
    means, variances = statistics_of(maps)
    np.testing.assert_allclose(layers[0].moving_mean.numpy(), means, rtol=1e-14)
    np.testing.assert_allclose(layers[0].moving_variance.numpy(), variances, rtol=1e-14)


@pytest.mark.parametrize("kind", ["PyTorch's", "timm's"])
def test_pytorch_s_batch_norm_has_the_statistics_of_an_even_background(kind: str) -> None:
    import torch
    from timm.layers.norm_act import BatchNormAct2d
    from torch import nn
    from twintune.engines.pytorch.mends import mend_layers

    def build(mended: bool) -> nn.Sequential:
        layer = nn.BatchNorm2d(2) if kind == "PyTorch's" else BatchNormAct2d(2, act_layer=nn.SiLU, inplace=False)
        model = nn.Sequential(layer).double()
        if mended:
            mend_layers(model)
        return model

    def gradients_of(model: nn.Module, maps: np.ndarray) -> list[np.ndarray]:
        images = torch.from_numpy(maps).permute(0, 3, 1, 2).requires_grad_()
        slopes = torch.from_numpy(generator(4, "slopes").normal(size=images.shape))
        outputs = model(images)
        wanted = (images, *model.parameters())
        return [outputs.detach().numpy(), *(g.numpy() for g in torch.autograd.grad((outputs * slopes).sum(), wanted))]

    maps = with_even_background()
    model, plain = build(mended=True), build(mended=False)
    for ours, pytorchs in zip(gradients_of(model, maps), gradients_of(plain, maps), strict=True):
        # PyTorch's own are off by the sums that are mended, 1e-12 of the largest value.
        np.testing.assert_allclose(ours, pytorchs, rtol=0, atol=1e-11 * np.abs(pytorchs).max())

    # One step moves the running statistics by the momentum, a tenth; float64 rounds a few times on the way.
    means, variances = statistics_of(maps)
    layer = model[0]
    assert isinstance(layer, nn.BatchNorm2d)
    np.testing.assert_allclose(layer.running_mean, np.multiply(0.1, means), rtol=1e-14)
    np.testing.assert_allclose(layer.running_var, 0.9 + np.multiply(0.1, variances), rtol=1e-14)
    np.testing.assert_array_equal(layer.num_batches_tracked, 1)
