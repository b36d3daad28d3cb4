"""A backbone of keras-hub, rebuilt of Keras' own layers alone, so that a file of it loads in any Keras."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from twintune.engines.tensorflow import mends
from twintune.engines.tensorflow.batch_norm import BatchNormalization


def call_in_plain_layers(backbone: keras.Model, images: keras.KerasTensor) -> Any:
    """Calls a backbone on a symbolic tensor, and leaves nothing in the graph but new layers of Keras itself.

    keras-hub's blocks are layers with layers of their own, and twintune's BatchNorm and mends are classes of their own:
    a saved model would ask for both libraries. So each of keras-hub's blocks is carried out at once, as what it is made
    of, and each layer within gets a twin of Keras' own class with the same weights.

    Args:
        backbone: The built backbone, which stays as it is.
        images: Normalised pixels, [images, height, width, 3].

    Returns:
        The backbone's last feature map, a symbolic tensor.
    """
    rebuilding = _Rebuilding()
    with rebuilding.intercepting():
        features = backbone.call(images)
    rebuilding.copy_weights()
    return features


class _Rebuilding:
    def __init__(self) -> None:
        self._twins: dict[int, tuple[keras.layers.Layer, keras.layers.Layer]] = {}
        """Each layer and its twin, by the layer's id."""
        self._new: set[int] = set()
        self._names: set[str] = set()
        self._outer: list[str] = []

    @contextlib.contextmanager
    def intercepting(self) -> Iterator[None]:
        original = keras.layers.Layer.__call__

        def call(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
            if id(layer) in self._new:
                return original(layer, *args, **kwargs)
            # In inference no layer asks for these two.
            rest = {name: value for name, value in kwargs.items() if name not in ("training", "mask")}
            return self._call(layer, *args, **rest)

        keras.layers.Layer.__call__ = call  # pyright: ignore[reportAttributeAccessIssue]
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original

    def copy_weights(self) -> None:
        for layer, twin in self._twins.values():
            weights = layer.get_weights()
            if isinstance(layer, mends.Conv2D):
                # A grouped kernel has its channels last, a depthwise one before the multiplier.
                weights[0] = weights[0].transpose(0, 1, 3, 2)
            twin.set_weights(weights)

    def _call(self, layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, keras.layers.InputLayer):
            return args[0]
        if isinstance(layer, mends.LeakyReLU):
            # Keras' own layer may be computed with another slope (see the mend).
            return keras.ops.maximum(args[0], layer.negative_slope * args[0])
        if isinstance(layer, keras.Model) or not _has_plain_twin(layer):
            self._outer.append(layer.name)
            try:
                return layer.call(*args, **kwargs)
            finally:
                self._outer.pop()
        return self._twin_of(layer)(*args, **kwargs)

    def _twin_of(self, layer: keras.layers.Layer) -> keras.layers.Layer:
        if id(layer) not in self._twins:
            twin = _plain_twin(layer, self._unique_name(layer.name))
            self._twins[id(layer)] = (layer, twin)
            self._new.add(id(twin))
        return self._twins[id(layer)][1]

    def _unique_name(self, name: str) -> str:
        """A name that no other layer of the graph has: blocks give their layers the same names over and over."""
        base = "_".join([*self._outer, name])
        unique, number = base, 1
        while unique in self._names:
            number += 1
            unique = f"{base}_{number}"
        self._names.add(unique)
        return unique


def _has_plain_twin(layer: keras.layers.Layer) -> bool:
    is_keras = type(layer).__module__.startswith("keras.")
    return is_keras or isinstance(layer, BatchNormalization | mends.Conv2D)


def _plain_twin(layer: keras.layers.Layer, name: str) -> keras.layers.Layer:
    if isinstance(layer, mends.Conv2D):
        return keras.layers.DepthwiseConv2D(
            kernel_size=layer.kernel_size,
            strides=layer.strides,
            padding=layer.padding,
            dilation_rate=layer.dilation_rate,
            activation=layer.activation,
            use_bias=layer.use_bias,
            dtype=layer.dtype_policy,
            name=name,
        )
    cls = keras.layers.BatchNormalization if isinstance(layer, BatchNormalization) else type(layer)
    return cls.from_config({**layer.get_config(), "name": name})
