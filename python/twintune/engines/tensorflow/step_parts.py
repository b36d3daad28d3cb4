"""Training steps that can be cut short, for their profile. Each part is traced by itself, as the whole step is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf

from twintune.engines.engine import StepInputs
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.steps import TrainStep, to_device


class AlignedStepParts:
    """The parts of aligned mode's step (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, step: TrainStep, device: Device) -> None:
        """Takes hold of a phase's step, whose parts are traced when they are first called.

        Args:
            step: The phase's.
            device: Where the model lives.
        """
        self._step, self._device = step, device

    def transfer(self, step: StepInputs) -> StepInputs:
        """The same step with its arrays as tensors on the device."""
        return to_device(step, self._device)

    def forward(self, batch: StepInputs) -> object:
        """The loss."""
        with tf.device(self._device.native):
            return self._step.forward(batch)

    def differentiate(self, batch: StepInputs) -> object:
        """The loss and its gradients."""
        with tf.device(self._device.native):
            return self._step.differentiate(batch)

    def train(self, batch: StepInputs) -> object:
        """The whole step."""
        with tf.device(self._device.native):
            return self._step(batch)


class IdiomaticStepParts:
    """The parts of Keras' own training function (see `twintune.engines.engine.StepParts`)."""

    def __init__(
        self,
        model: keras.Model,
        compute_loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
        train: Callable[[StepInputs], object],
        device: Device,
    ) -> None:
        """Makes the functions to trace, compiled as Keras compiles its own.

        Args:
            model: What is trained.
            compute_loss: Gives the loss of images and labels in training mode.
            train: Takes one step of Keras' own training function.
            device: Where the model lives.
        """
        self._train, self._device = train, device

        def compute_gradients(images, labels):
            with tf.GradientTape() as tape:
                loss = compute_loss(images, labels)
            return loss, tape.gradient(loss, [variable.value for variable in model.trainable_variables])

        self._forward = tf.function(compute_loss, jit_compile=model.jit_compile)
        self._differentiate = tf.function(compute_gradients, jit_compile=model.jit_compile)

    def transfer(self, step: StepInputs) -> StepInputs:
        """The same step with images and labels on the device."""
        with tf.device(self._device.native):
            targets = dataclasses.replace(step.targets, labels=tf.constant(step.targets.labels))
            return dataclasses.replace(step, inputs=tf.identity(step.inputs), targets=targets)

    def forward(self, batch: StepInputs) -> object:
        """The loss."""
        with tf.device(self._device.native):
            return self._forward(batch.inputs, batch.targets.labels)

    def differentiate(self, batch: StepInputs) -> object:
        """The loss and its gradients."""
        with tf.device(self._device.native):
            return self._differentiate(batch.inputs, batch.targets.labels)

    def train(self, batch: StepInputs) -> object:
        """The whole step."""
        return self._train(batch)
