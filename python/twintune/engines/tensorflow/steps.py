"""Traced steps. What a traced function saw (modes, constants, what trains) it keeps: trace anew at each phase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from twintune.engine import StepInputs
from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.optimizer import AlignedOptimizer


def build_train_step(
    model: AlignedModel,
    optimizer: AlignedOptimizer,
    batch_specs: tuple,
    from_features: bool,
    accumulation: int,
) -> Callable[[StepInputs], Any]:
    """Makes the training step, traced with a fixed signature: a short last batch doesn't trace it again.

    Args:
        model: What is trained.
        optimizer: Holds the variables to train.
        batch_specs: Of inputs, labels, targets and dropout masks.
        from_features: Whether the inputs are features.
        accumulation: Batches to an optimiser step, at least 1.

    Returns:
        A function of a batch; it gives the loss and the number of right answers.
    """
    scalar = tf.TensorSpec([], tf.float64)
    coefficients_spec = optimizer.coefficients_spec

    def differentiate(inputs, labels, targets, masks, weight):
        """The gradients of the summed loss and of the loss, the loss, and the number of right answers."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in optimizer.variables:
                tape.watch(variable)
            logits = model.logits(inputs if from_features else model.features(inputs), masks)
            # The fused operation's gradient takes it for granted that the targets of an image have a sum of 1.
            loss_sum = -tf.reduce_sum(targets * tf.nn.log_softmax(logits))
            loss = loss_sum / tf.cast(weight, loss_sum.dtype)
        # A batch that is a group by itself is divided before there are gradients: that spares a pass over them.
        gradients = tape.gradient(loss if accumulation == 1 else loss_sum, optimizer.variables)
        correct = tf.reduce_sum(tf.cast(tf.argmax(logits, axis=1) == labels, tf.int64))
        return gradients, loss, correct

    @tf.function(input_signature=[*batch_specs, scalar, coefficients_spec], autograph=False)
    def step_alone(inputs, labels, targets, masks, weight, coefficients):
        gradients, loss, correct = differentiate(inputs, labels, targets, masks, weight)
        optimizer.apply(gradients, coefficients)
        return loss, correct

    def train_step(step):
        batch = (step.inputs, step.labels, step.targets, step.masks, step.weight)
        return step_alone(*batch, optimizer.next_coefficients(step.learning_rate))

    if accumulation == 1:
        return train_step

    sums = [tf.Variable(tf.zeros_like(variable)) for variable in optimizer.variables]

    @tf.function(input_signature=[*batch_specs, scalar], autograph=False)
    def accumulate(inputs, labels, targets, masks, weight):
        gradients, loss, correct = differentiate(inputs, labels, targets, masks, weight)
        for total, gradient in zip(sums, gradients, strict=True):
            total.assign_add(gradient)
        return loss, correct

    @tf.function(input_signature=[scalar, coefficients_spec], autograph=False)
    def end_group(divisor, coefficients):
        optimizer.apply([total / tf.cast(divisor, total.dtype) for total in sums], coefficients)
        for total in sums:
            total.assign(tf.zeros_like(total))

    def train_step_of_group(step):
        outcome = accumulate(step.inputs, step.labels, step.targets, step.masks, step.weight)
        if step.divisor is not None:
            end_group(step.divisor, optimizer.next_coefficients(step.learning_rate))
        return outcome

    return train_step_of_group


def build_eval_step(model: AlignedModel, input_spec: tf.TensorSpec, from_features: bool) -> Callable:
    """Traces the logits in inference mode."""

    @tf.function(input_signature=[input_spec], autograph=False)
    def eval_step(inputs):
        with evaluating(model.batch_norms):
            return model.logits(inputs if from_features else model.features(inputs))

    # Traced now: the first evaluation would pay for it otherwise.
    return eval_step.get_concrete_function()
