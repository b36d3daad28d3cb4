"""Mends of keras-hub's layers that compute something else than timm's, in a built backbone.

Each docstring names the library, the version in which the fault was seen, the operation and the size of the error. The
mends of PyTorch's side are in the file of the same name there.
"""

from __future__ import annotations

import keras
import tensorflow as tf


class Conv2D(keras.layers.Conv2D):
    """A convolution with as many groups as channels, computed as the depthwise convolution that it is.

    keras-hub 0.32's MobileNet writes depthwise convolutions as grouped ones (`groups` = channels), which TensorFlow
    2.21 computes on a CPU 4 (float32) to 50 times (float64) slower. The depthwise operation gives the same to 1e-15.
    The name is Keras' own, whose layer means the same: saved models load again.
    """

    def convolution_op(self, inputs, kernel):
        """Convolves each channel of [images, height, width, channels] by its kernel of [height, width, 1, channels]."""
        return tf.nn.depthwise_conv2d(
            inputs,
            tf.transpose(kernel, (0, 1, 3, 2)),
            strides=(1, *self.strides, 1),
            padding=self.padding.upper(),
            dilations=self.dilation_rate,
        )


class LeakyReLU(keras.layers.LeakyReLU):
    """The leaky ReLU with its exact slope, in the precision of the inputs.

    TensorFlow 2.21's `LeakyRelu` keeps its slope as a float32 attribute whatever it computes in, so that in float64 the
    slope 0.01 is off by 2e-8 of itself (CSPNet's and Darknet's features by 1e-9, their gradients by 1e-7). On a CPU
    TensorFlow takes 0.2 for any slope if a traced function has a convolution, a bias and an addition before it, which
    become one kernel: each residual block of a CSPNet whose BatchNorm is folded (the features differ by a fifth).
    """

    def call(self, inputs):
        """Computes the activation elementwise; the shape stays."""
        if inputs.dtype not in (tf.float32, tf.float64):
            return super().call(inputs)
        return tf.where(inputs > 0, inputs, self.negative_slope * inputs)


def mend_layers(backbone: keras.Model) -> None:
    """Mends the layers of a backbone; the graph and the variables stay.

    Args:
        backbone: The built backbone, which is changed in place. Functions that were traced before keep the old
        operations.
    """
    for layer in backbone._flatten_layers():
        # Their classes are changed for the reason that `adopt_batch_norm` has: nothing plainer reaches them.
        if isinstance(layer, keras.layers.Conv2D) and layer.groups == layer.filters > 1:
            layer.__class__ = Conv2D
        elif isinstance(layer, keras.layers.LeakyReLU):
            layer.__class__ = LeakyReLU


def pad_symmetrically(backbone: keras.Model) -> keras.Model:
    """Gives strided layers PyTorch's padding if they have Keras' `same`, which pads only one side at even sizes.

    keras-hub 0.32's DenseNet has `same` in its first convolution and its first pool: at 224 pixels half of the features
    are other ones; at odd sizes both paddings agree. Zeros are right for the pool too: its inputs come out of a ReLU.

    Args:
        backbone: The built backbone, whose weights are carried over.

    Returns:
        The backbone if nothing has to change, else its twin with explicit padding, which saved models keep.
    """
    padded = {layer.name for layer in backbone.layers if _pads_one_side(layer)}
    if not padded:
        return backbone

    def clone(layer):
        config = layer.get_config()
        return type(layer).from_config({**config, "padding": "valid"} if layer.name in padded else config)

    def call(layer, inputs, *args, **kwargs):
        if layer.name in padded:
            margin = tuple((size - 1) // 2 for size in _window(layer))
            name, policy = f"{layer.name}_pad", layer.dtype_policy
            inputs = keras.layers.ZeroPadding2D(margin, name=name, dtype=policy)(inputs)
        return layer(inputs, *args, **kwargs)

    twin = keras.models.clone_model(backbone, clone_function=clone, call_function=call)
    twin.set_weights(backbone.get_weights())
    return twin


def _pads_one_side(layer: keras.layers.Layer) -> bool:
    is_window = isinstance(layer, keras.layers.Conv2D | keras.layers.MaxPooling2D)
    return is_window and layer.padding == "same" and max(layer.strides) > 1 and max(_window(layer)) > 1


def _window(layer) -> tuple[int, ...]:
    return layer.kernel_size if isinstance(layer, keras.layers.Conv2D) else layer.pool_size
