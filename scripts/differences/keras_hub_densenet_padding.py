"""keras-hub's DenseNet pads its first layers on one side more than on the other, where the size is even."""

import keras
import keras_hub
import numpy as np

keras.utils.set_random_seed(0)
layer = keras_hub.models.DenseNetBackbone([1, 1, 1, 1], image_shape=(64, 64, 3)).get_layer("conv1_conv")
image = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype("float32")
padded = np.pad(image, [(0, 0), (3, 3), (3, 3), (0, 0)])
ours, pytorchs = np.array(layer(image)), np.array(keras.ops.conv(padded, layer.kernel, strides=2))
print(f"padding {layer.padding!r}, off by {abs(ours - pytorchs).max() / abs(pytorchs).max():.1e} of the largest value")
