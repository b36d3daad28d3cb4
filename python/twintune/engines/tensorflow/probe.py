"""The probe of the aligned engine, for the parity ladder.

The probe traces nothing: for a pass or two, running operation by operation takes a seventh of the time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager

import numpy as np
import tensorflow as tf

from twintune.backbones import BackboneEntry
from twintune.engines.engine import StepInputs
from twintune.engines.probe import ProbeMode
from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.optimizer import AlignedOptimizer
from twintune.engines.tensorflow.stages import build_stage_outputs, stage_layer
from twintune.engines.tensorflow.steps import TrainStep


class Probe:
    """TensorFlow's side of `twintune.engines.probe.Probe`."""

    def __init__(
        self,
        model: AlignedModel,
        entry: BackboneEntry,
        optimizer: AlignedOptimizer,
        train_step: TrainStep,
        device: Device,
    ) -> None:
        """Takes the parts of a phase that has been started.

        Args:
            model: The live model.
            entry: The backbone's stages.
            optimizer: The phase's optimiser.
            train_step: The phase's training step.
            device: The model's device.
        """
        self._model, self._entry, self._optimizer = model, entry, optimizer
        self._train_step, self._device = train_step, device

    def stage_outputs(self, images: np.ndarray, mode: ProbeMode) -> dict[str, np.ndarray]:
        """Computes the output of each stage, then `pooled`."""
        with tf.device(self._device.native), self._computing(mode):
            inputs = tf.convert_to_tensor(images)
            stages = build_stage_outputs(self._model, self._entry)(inputs)
            maps = {name: tf.cast(output, inputs.dtype) for name, output in stages.items()}
            pooled = self._model.features(inputs)
        return {
            **{name: output.numpy().transpose(0, 3, 1, 2) for name, output in maps.items()},
            "pooled": pooled.numpy(),
        }

    def logits_and_losses(self, step: StepInputs, mode: ProbeMode) -> tuple[np.ndarray, np.ndarray]:
        """Computes logits, and each image's share of the loss."""
        with tf.device(self._device.native):
            with self._computing(mode):
                features = self._model.features(tf.convert_to_tensor(step.inputs))
            masks = step.masks if mode == "training" else ()
            logits = self._model.logits(features, tuple(tf.convert_to_tensor(mask) for mask in masks))
            losses = -tf.reduce_sum(step.targets.coefficients * tf.nn.log_softmax(logits), axis=1) / step.targets.weight
        return logits.numpy(), losses.numpy()

    def gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """Computes the gradients of a batch's training loss."""
        with tf.device(self._device.native):
            gradients = self._train_step.gradients(step)
        return {name: self._model.to_canonical(name, gradient) for name, gradient in gradients.items()}

    def take_optimizer_step(
        self, gradients: Mapping[str, np.ndarray], learning_rate: float, clips: bool = True
    ) -> None:
        """Clips and applies given gradients."""
        with tf.device(self._device.native):
            ours = {
                name: tf.convert_to_tensor(self._model.from_canonical(name, gradient))
                for name, gradient in gradients.items()
            }
            self._train_step.take_optimizer_step(ours, learning_rate, clips)

    def clear_optimizer(self) -> None:
        """Empties the optimiser's buffers."""
        self._optimizer.steps = 0
        for buffers in self._optimizer.slots.values():
            for buffer in buffers:
                buffer.assign(np.zeros_like(buffer.numpy()))

    def library_names(self) -> dict[str, str]:
        """Keras' names of the stages' layers, and its paths of variables."""
        model = self._model
        names = {stage.name: stage_layer(model.backbone, stage).name for stage in self._entry.stages}
        names |= {name: variable.path for name, variable in model.variables.items()}
        for index, layer in enumerate(model.layers):
            kernel, bias = layer.weights
            names |= {f"head.{index}.weight": kernel.path, f"head.{index}.bias": bias.path}
        return names

    def _computing(self, mode: ProbeMode) -> AbstractContextManager[None]:
        return evaluating(self._model.batch_norms) if mode == "inference" else contextlib.nullcontext()
