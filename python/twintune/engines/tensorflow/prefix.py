"""The frozen stages of a backbone, which run once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engine import FEWEST_IMAGES_TO_PREPARE
from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.stages import stages_until


class Prefix:
    """TensorFlow's side of `twintune.engine.Prefix`.

    It is traced when the first batch passes. With the weights as constants, into which TensorFlow 2.21 folds BatchNorm,
    a ResNet50 is no faster on a CPU and an EfficientNet-Lite0 by an eighth, which hundreds of images must make up for;
    compiled by XLA a ResNet50 is slower.
    """

    def __init__(
        self,
        model: AlignedModel,
        entry: BackboneEntry,
        first_stage: int,
        images: int,
        image_spec: tf.TensorSpec,
        device: str,
    ) -> None:
        """Makes the function to trace.

        Args:
            model: What is run; it stays as it is.
            entry: The backbone's stages.
            first_stage: The first one that is not run.
            images: How many will pass.
            image_spec: Of a batch of pixels.
            device: TensorFlow's name of where it lives.
        """
        if first_stage == len(entry.stages):
            stages = model.features
        else:
            until = stages_until(model.backbone, entry.stages[first_stage - 1])
            stages = dataclasses.replace(model, backbone=until).feature_map
        self._model, self._device = model, device
        self.variant = "eager" if images < FEWEST_IMAGES_TO_PREPARE else "traced"
        self._stages, self._image_spec = stages, image_spec
        self._compute: Callable | None = None

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Features or activations of images."""
        with tf.device(self._device), evaluating(self._model.batch_norms):
            if self._compute is None:
                self._compute = self._prepare()
            return self._compute(tf.convert_to_tensor(images)).numpy()

    def _prepare(self) -> Callable:
        if self.variant == "eager":
            return self._stages
        return tf.function(self._stages, input_signature=[self._image_spec], autograph=False).get_concrete_function()
