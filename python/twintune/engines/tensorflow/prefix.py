"""The frozen stages of a backbone, which run once."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engines.engine import FEWEST_IMAGES_TO_PREPARE
from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.folding import folding
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.stages import stages_until


class Prefix:
    """TensorFlow's side of `twintune.engines.engine.Prefix`.

    The prefix is traced when the first batch passes. It isn't compiled by XLA, with which a ResNet50 is slower on a
    CPU.
    """

    def __init__(
        self, model: AlignedModel, entry: BackboneEntry, first_stage: int, images: int, device: Device
    ) -> None:
        """Chooses the variant of the prefix.

        Args:
            model: The model whose stages are run; it stays as it is.
            entry: The backbone's stages.
            first_stage: Index of the first stage that is not run.
            images: The number of images that will pass.
            device: The model's device.
        """
        if first_stage == len(entry.stages):
            stages = model.features
        else:
            until = stages_until(model.backbone, entry.stages[first_stage - 1])
            stages = dataclasses.replace(model, backbone=until).feature_map
        self._model, self._device = model, device
        self._stages = stages
        self.variant = _variant(model, device, images)
        self._compute: Callable | None = None

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes features or activations of images."""
        with tf.device(self._device.native), evaluating(self._model.batch_norms):
            if self._compute is None:
                self._compute = self._prepare(images)
            return self._compute(tf.convert_to_tensor(images)).numpy()

    def _prepare(self, images: np.ndarray) -> Callable:
        if self.variant == "eager":
            return self._stages
        # A batch of any number of images: the last one may be short.
        spec = tf.TensorSpec([None, *images.shape[1:]], images.dtype)
        compute = tf.function(self._stages, input_signature=[spec], autograph=False)
        with folding(self._model.batch_norms) if self.variant == "folded" else contextlib.nullcontext():
            return compute.get_concrete_function()


def _variant(model: AlignedModel, device: Device, images: int) -> str:
    """The variant that computes a prefix.

    Folding rounds differently. It is left out where results are compared bit for bit or in float64, and in half
    precisions, which would round the folded kernels instead of the kernels.
    """
    if images < FEWEST_IMAGES_TO_PREPARE:
        return "eager"
    is_plain = model.backbone.compute_dtype == "float32" and not device.is_deterministic()
    return "folded" if is_plain else "traced"
