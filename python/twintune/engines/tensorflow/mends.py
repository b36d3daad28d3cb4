"""Layers of keras-hub that mean something else than timm's, mended in a built backbone.

Each says the library, the version in which it was seen, the operation and the size of what it mends. What is mended on
PyTorch's side is in the file of the same name there.
"""

from __future__ import annotations

import keras
import tensorflow as tf


class Conv2D(keras.layers.Conv2D):
    """A depthwise convolution computed as one.

    keras-hub 0.32's MobileNet writes depthwise convolutions as grouped ones (`groups` = channels), which TensorFlow
    2.21 computes on a CPU 4 (float32) to 50 times (float64) slower. The depthwise operation gives the same to 1e-15.
    The name is Keras' own, whose layer means the same: saved models load again.
    """

    def convolution_op(self, inputs, kernel):
        """Convolves each of [images, height, width, channels] by its own of [height, width, 1, channels]."""
        return tf.nn.depthwise_conv2d(
            inputs,
            tf.transpose(kernel, (0, 1, 3, 2)),
            strides=(1, *self.strides, 1),
            padding=self.padding.upper(),
            dilations=self.dilation_rate,
        )


class LeakyReLU(keras.layers.LeakyReLU):
    """The slope as it is, in the precision of the inputs.

    TensorFlow 2.21's `LeakyRelu` keeps its slope as a float32 attribute whatever it computes in, so that in float64 the
    slope 0.01 is off by 2e-8 of itself (CSPNet's and Darknet's features by 1e-9, their gradients by 1e-7). On a CPU it
    takes 0.2 for any slope where a traced function has a convolution, a bias and an addition before it, which it makes
    one kernel of: each residual block of a CSPNet whose BatchNorm is folded (the features differ by a fifth).
    """

    def call(self, inputs):
        """Elementwise; the shape stays."""
        if inputs.dtype not in (tf.float32, tf.float64):
            return super().call(inputs)
        return tf.where(inputs > 0, inputs, self.negative_slope * inputs)


def mend_layers(backbone: keras.Model) -> None:
    """Mends what a layer computes; the graph and the variables stay.

    Args:
        backbone: Built; changed in place. What was traced before keeps the old operations.
    """
    for layer in backbone._flatten_layers():
        # Their classes are changed for the reason that `adopt_batch_norm` has: nothing plainer reaches them.
        if isinstance(layer, keras.layers.Conv2D) and layer.groups == layer.filters > 1:
            layer.__class__ = Conv2D
        elif isinstance(layer, keras.layers.LeakyReLU):
            layer.__class__ = LeakyReLU


def pad_symmetrically(backbone: keras.Model) -> keras.Model:
    """Gives strided layers PyTorch's padding where they have Keras' `same`, which pads one side alone at even sizes.

    keras-hub 0.32's DenseNet has `same` in its first convolution and its first pool: at 224 pixels half of the features
    are other ones; at odd sizes both paddings agree. Zeros are right for the pool too: its inputs come out of a ReLU.

    Args:
        backbone: Built; its weights are carried over.

    Returns:
        The backbone where nothing has to change, else its twin with explicit padding, which saved models keep.
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
