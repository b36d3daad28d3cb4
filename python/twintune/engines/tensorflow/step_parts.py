"""Parts of training steps, cut short for their profile. Each part is traced by itself, as the whole step is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf

from twintune.engines.engine import StepInputs
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.steps import TrainStep, to_device


class AlignedStepParts:
    """The parts of aligned mode's training step (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, step: TrainStep, device: Device) -> None:
        """Takes the step of a phase that has been started; its parts are traced when they are first called.

        Args:
            step: The phase's training step.
            device: The model's device.
        """
        self._step, self._device = step, device

    def transfer(self, step: StepInputs) -> StepInputs:
        """Makes tensors of the step's arrays on the device."""
        return to_device(step, self._device)

    def forward(self, batch: StepInputs) -> object:
        """Computes the loss."""
        with tf.device(self._device.native):
            return self._step.forward(batch)

    def differentiate(self, batch: StepInputs) -> object:
        """Computes the loss and its gradients."""
        with tf.device(self._device.native):
            return self._step.differentiate(batch)

    def train(self, batch: StepInputs) -> object:
        """Takes the whole step."""
        with tf.device(self._device.native):
            return self._step(batch)


class IdiomaticStepParts:
    """The parts of Keras' own training step (see `twintune.engines.engine.StepParts`)."""

    def __init__(
        self,
        model: keras.Model,
        compute_loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
        train: Callable[[StepInputs], object],
        device: Device,
    ) -> None:
        """Makes the functions to trace, compiled as Keras compiles its own.

        Args:
            model: The model to train.
            compute_loss: A function that computes the loss of images and labels in training mode.
            train: A function that takes one step of Keras' own training function.
            device: The model's device.
        """
        self._train, self._device = train, device

        def compute_gradients(images, labels):
            with tf.GradientTape() as tape:
                loss = compute_loss(images, labels)
            return loss, tape.gradient(loss, [variable.value for variable in model.trainable_variables])

        self._forward = tf.function(compute_loss, jit_compile=model.jit_compile)
        self._differentiate = tf.function(compute_gradients, jit_compile=model.jit_compile)

    def transfer(self, step: StepInputs) -> StepInputs:
        """Moves the step's images and labels to the device."""
        with tf.device(self._device.native):
            targets = dataclasses.replace(step.targets, labels=tf.constant(step.targets.labels))
            return dataclasses.replace(step, inputs=tf.identity(step.inputs), targets=targets)

    def forward(self, batch: StepInputs) -> object:
        """Computes the loss."""
        with tf.device(self._device.native):
            return self._forward(batch.inputs, batch.targets.labels)

    def differentiate(self, batch: StepInputs) -> object:
        """Computes the loss and its gradients."""
        with tf.device(self._device.native):
            return self._differentiate(batch.inputs, batch.targets.labels)

    def train(self, batch: StepInputs) -> object:
        """Takes the whole step."""
        return self._train(batch)
