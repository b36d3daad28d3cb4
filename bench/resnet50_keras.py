"""ResNet-50 in Keras with torchvision's layers: keras.applications has an earlier variant, which costs less."""

from __future__ import annotations

import keras
import keras_hub


def build_backbone(size: int) -> keras.Model:
    """keras-hub's ResNet-50 with random weights, from pixels of [images, size, size, 3] to its last feature map."""
    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 128, 256, 512],
        stackwise_num_blocks=[3, 4, 6, 3],
        stackwise_num_strides=[1, 2, 2, 2],
        block_type="bottleneck_block",
        image_shape=(size, size, 3),
    )
