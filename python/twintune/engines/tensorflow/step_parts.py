"""Training steps that can be cut short, for their profile. Each part is traced by itself, as the whole step is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from twintune.engines.engine import StepInputs
from twintune.engines.tensorflow.steps import TrainStep


class AlignedStepParts:
    """Those of aligned mode's step (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, step: TrainStep, device: str) -> None:
        """Makes the functions to trace.

        Args:
            step: The phase's.
            device: TensorFlow's name of it.
        """
        self._step, self._device = step, device
        self._forward, self._differentiate = step.cut_short()

    def transfer(self, step: StepInputs) -> StepInputs:
        """The same step with its arrays as tensors."""
        targets = step.targets
        with tf.device(self._device):
            return dataclasses.replace(
                step,
                inputs=tf.convert_to_tensor(step.inputs),
                targets=dataclasses.replace(
                    targets,
                    labels=tf.convert_to_tensor(targets.labels),
                    coefficients=tf.convert_to_tensor(targets.coefficients),
                ),
                masks=tuple(tf.convert_to_tensor(mask) for mask in step.masks),
            )

    def forward(self, batch: StepInputs) -> object:
        """The loss."""
        with tf.device(self._device):
            return self._forward(batch)

    def differentiate(self, batch: StepInputs) -> object:
        """The loss and its gradients."""
        with tf.device(self._device):
            return self._differentiate(batch)

    def train(self, batch: StepInputs) -> object:
        """The whole step."""
        with tf.device(self._device):
            return self._step(batch)


class IdiomaticStepParts:
    """Those of Keras' own training function (see `twintune.engines.engine.StepParts`)."""

    def __init__(self, model: keras.Model, train: Callable[[StepInputs], object], device: str) -> None:
        """Makes the functions to trace, compiled as Keras compiles its own.

        Args:
            model: What is trained.
            train: Takes one step of Keras' own training function.
            device: TensorFlow's name of it.
        """
        self._train, self._device = train, device

        def compute_loss(images, labels) -> Any:
            return model.compute_loss(x=images, y=labels, y_pred=model(images, training=True), training=True)

        def compute_gradients(images, labels):
            with tf.GradientTape() as tape:
                loss = compute_loss(images, labels)
            return loss, tape.gradient(loss, [variable.value for variable in model.trainable_variables])

        self._forward = tf.function(compute_loss, jit_compile=model.jit_compile)
        self._differentiate = tf.function(compute_gradients, jit_compile=model.jit_compile)

    def transfer(self, step: StepInputs) -> StepInputs:
        """The same step with images and labels on the device."""
        with tf.device(self._device):
            targets = dataclasses.replace(step.targets, labels=tf.constant(step.targets.labels))
            return dataclasses.replace(step, inputs=tf.identity(step.inputs), targets=targets)

    def forward(self, batch: StepInputs) -> object:
        """The loss."""
        with tf.device(self._device):
            return self._forward(batch.inputs, batch.targets.labels)

    def differentiate(self, batch: StepInputs) -> object:
        """The loss and its gradients."""
        with tf.device(self._device):
            return self._differentiate(batch.inputs, batch.targets.labels)

    def train(self, batch: StepInputs) -> object:
        """The whole step."""
        return self._train(batch)
