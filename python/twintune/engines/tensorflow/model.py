"""The aligned model: timm's weights in keras-hub's backbone, and a head of Dense layers."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from twintune.backbones import BatchNorm
from twintune.engines.kept_backbone import PlainPasses
from twintune.engines.tensorflow.batch_norm import BatchNormalization, adopt_batch_norm
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.mends import mend_layers, pad_symmetrically
from twintune.engines.tensorflow.projection import build_projection
from twintune.model.precision import array_dtype, is_half
from twintune.protocol import Head, Precision

_ACTIVATIONS: dict[str, Callable] = {"relu": tf.nn.relu, "silu": tf.nn.silu, "tanh": tf.nn.tanh}


@dataclass
class AlignedBackbone:
    """A backbone whose tensors are known by timm's names."""

    backbone: keras.Model
    projection: keras.layers.Layer | None
    """The layers between pooling and the head, if any; its variables are the backbone's."""
    batch_norms: list[BatchNormalization]
    variables: dict[str, keras.Variable]
    """The backbone's variables by timm's names."""
    layouts: dict[str, tuple[int, ...]]
    """The transposition from Keras' layout to PyTorch's for each tensor whose layouts differ."""
    plain_passes: PlainPasses
    """The outputs of the backbone's latest plain passes."""


@dataclass
class AlignedModel(AlignedBackbone):
    """The aligned model: a backbone and a head."""

    layers: list[keras.layers.Dense]
    activation: Callable

    def features(self, images: tf.Tensor) -> tf.Tensor:
        """Computes pooled features, [images, features], of normalised pixels, [images, height, width, 3]."""
        maps = self.feature_map(images)
        if self.projection is None:
            return tf.reduce_mean(maps, axis=(1, 2))
        return tf.squeeze(self.projection(tf.reduce_mean(maps, axis=(1, 2), keepdims=True)), axis=(1, 2))

    def feature_map(self, images: tf.Tensor) -> tf.Tensor:
        """Computes the backbone's last feature map, [images, height, width, channels], in the parameters' dtype."""
        return tf.cast(self.backbone(images), images.dtype)

    def logits(self, features: tf.Tensor, masks: tuple[tf.Tensor, ...] = ()) -> tf.Tensor:
        """Computes logits, [images, classes], of features; `masks` drop hidden units, one for each hidden layer."""
        x = features
        for index, layer in enumerate(self.layers[:-1]):
            x = self.activation(layer(x))
            if masks:
                x = x * masks[index]
        return self.layers[-1](x)

    def named_tensors(self) -> dict[str, tf.Variable]:
        """All variables by canonical name, the head's too."""
        tensors = {name: variable.value for name, variable in self.variables.items()}
        for index, layer in enumerate(self.layers):
            kernel, bias = layer.weights
            tensors[f"head.{index}.weight"] = kernel.value
            tensors[f"head.{index}.bias"] = bias.value
        return tensors

    def all_variables(self) -> list[keras.Variable]:
        """The parameters of backbone and head."""
        return [*self.variables.values(), *(variable for layer in self.layers for variable in layer.weights)]

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors in PyTorch's layout."""
        return {name: self.to_canonical(name, variable) for name, variable in self.variables.items()}

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors in PyTorch's layout."""
        return tensors_of_head(self.layers)

    def to_canonical(self, name: str, value: keras.Variable | tf.Variable | tf.Tensor) -> np.ndarray:
        """Converts a variable, or a buffer or gradient of its shape, to an array in PyTorch's layout."""
        layout = self._layout_of(name)
        return value.numpy() if layout is None else _transposed(value, layout)

    def from_canonical(self, name: str, tensor: np.ndarray) -> np.ndarray:
        """Converts an array in PyTorch's layout to the layout of the variable of that name."""
        layout = self._layout_of(name)
        return tensor if layout is None else tensor.transpose(np.argsort(layout))

    def _layout_of(self, name: str) -> tuple[int, ...] | None:
        return (1, 0) if name.startswith("head.") and name.endswith("weight") else self.layouts.get(name)


def build_backbone(
    name: str, weights: Path, batch_norm: BatchNorm | None, precision: Precision, device: Device
) -> AlignedBackbone:
    """Builds the backbone in a precision.

    Args:
        name: timm's name of the architecture.
        weights: A safetensors file with timm's tensor names.
        batch_norm: The constants of its BatchNorm layers; None if it has none.
        precision: The precision, as `twintune.model.precision` defines it; the variables themselves are never half.
        device: The backbone's device.
    """
    with tf.device(device.native), building_in(precision):
        backbone, ported = _load_backbone(name, weights)
    with tf.device(device.native), building_in(array_dtype(precision)):
        projection = build_projection(name, weights)
    mend_layers(backbone)
    if projection is not None:
        kernel, bias = projection.weights
        ported |= {"conv_head.weight": (kernel, (3, 2, 0, 1)), "conv_head.bias": (bias, None)}
    return AlignedBackbone(
        backbone=backbone,
        projection=projection,
        batch_norms=adopt_batch_norm(backbone, batch_norm.epsilon, batch_norm.momentum) if batch_norm else [],
        variables={tensor: variable for tensor, (variable, _) in ported.items()},
        layouts={tensor: layout for tensor, (_, layout) in ported.items() if layout},
        plain_passes=PlainPasses(),
    )


def add_head(
    backbone: AlignedBackbone,
    head: Head,
    head_tensors: dict[str, np.ndarray],
    precision: Precision,
    device: Device,
) -> AlignedModel:
    """Puts a new head on a backbone.

    Args:
        backbone: The backbone, which belongs to the model from now on.
        head: The head's definition, which gives the activation.
        head_tensors: The head's initial weights, in PyTorch's layout.
        precision: The backbone's precision.
        device: The backbone's device.
    """
    with tf.device(device.native), building_in(array_dtype(precision)):
        layers = _build_head(head_tensors)
    return AlignedModel(**vars(backbone), layers=layers, activation=_ACTIVATIONS[head.activation])


def tensors_of_head(layers: list[keras.layers.Dense]) -> dict[str, np.ndarray]:
    """The tensors of a head, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`, in PyTorch's layout."""
    tensors = {}
    for index, layer in enumerate(layers):
        kernel, bias = layer.weights
        tensors[f"head.{index}.weight"] = _transposed(kernel, (1, 0))
        tensors[f"head.{index}.bias"] = bias.numpy()
    return tensors


@contextlib.contextmanager
def building_in(precision: Precision) -> Iterator[None]:
    """Sets Keras' global dtypes while building: several keras-hub backbones ignore `dtype=` without an error."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(array_dtype(precision))
    keras.config.set_dtype_policy(f"mixed_{precision}" if is_half(precision) else precision)
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def _load_backbone(name: str, weights: Path) -> tuple[keras.Model, dict[str, tuple[keras.Variable, tuple | None]]]:
    """Loads a timm file by keras-hub's converter, which wants it in a folder with a `config.json`."""
    from keras_hub.models import Backbone

    # Another process of twintune deletes the folder if this one is killed: it knows it by the name.
    prefix = f"twintune-temporary-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix) as folder, _recorded_ports() as ported:
        Path(folder, "config.json").write_text(json.dumps({"architecture": name, "pretrained_cfg": {}}))
        Path(folder, "model.safetensors").symlink_to(weights.resolve())
        # A converter prints a line for each layer.
        with contextlib.redirect_stdout(io.StringIO()):
            backbone = Backbone.from_preset(folder)
    unknown = {id(v) for v in backbone.variables} - {id(v) for v, _ in ported.values()}
    if unknown:
        raise ValueError(f"keras-hub's converter leaves {len(unknown)} variables of {name} as they were")
    twin = pad_symmetrically(backbone)
    twins = {id(before): after for before, after in zip(backbone.variables, twin.variables, strict=True)}
    return twin, {tensor: (twins[id(variable)], layout) for tensor, (variable, layout) in ported.items()}


@contextlib.contextmanager
def _recorded_ports() -> Iterator[dict[str, tuple[keras.Variable, tuple | None]]]:
    """Records which Keras variable gets which timm tensor while keras-hub's converter runs."""
    from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader

    ported: dict[str, tuple[keras.Variable, tuple | None]] = {}
    original = SafetensorLoader.port_weight

    def port_weight(self, keras_variable, hf_weight_key, hook_fn=None):
        original(self, keras_variable, hf_weight_key, hook_fn)
        ported[hf_weight_key] = (keras_variable, _layout(keras_variable, self.get_tensor(hf_weight_key)))

    SafetensorLoader.port_weight = port_weight
    try:
        yield ported
    finally:
        SafetensorLoader.port_weight = original


def _layout(variable: keras.Variable, tensor: np.ndarray) -> tuple[int, ...] | None:
    """The transposition that takes the Keras variable back to timm's tensor; None if they are alike."""
    if tensor.ndim != 4:
        return None
    value = variable.numpy()
    for layout in ((3, 2, 0, 1), (2, 3, 0, 1)):
        transposed = value.transpose(layout)
        if transposed.shape == tensor.shape and np.array_equal(transposed.astype(tensor.dtype), tensor):
            return layout
    raise ValueError(f"{variable.path} is in a layout that is not known")


def _transposed(value: keras.Variable | tf.Variable | tf.Tensor, layout: tuple[int, ...]) -> np.ndarray:
    """Transposes a tensor to an array in C order, which NumPy's views are not; TensorFlow does it in several threads.

    The array is read-only: it is the very memory that TensorFlow wrote, since another copy would take longer than the
    transposition.
    """
    tensor = tf.convert_to_tensor(value)
    with tf.device("/CPU:0"):
        return np.asarray(memoryview(tf.transpose(tensor, layout)))  # pyright: ignore[reportArgumentType]


def _build_head(tensors: dict[str, np.ndarray]) -> list[keras.layers.Dense]:
    layers = []
    for index in range(len(tensors) // 2):
        kernel = tensors[f"head.{index}.weight"].T
        # Keras' own initializer would draw a kernel only for this one to replace it.
        layer = keras.layers.Dense(kernel.shape[1], kernel_initializer="zeros")
        layer.build((None, kernel.shape[0]))
        layer.set_weights([kernel, tensors[f"head.{index}.bias"]])
        layers.append(layer)
    return layers
