"""Traced steps. What a traced function saw (modes, constants, what trains) it keeps: trace anew at each phase."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.optimizer import AlignedOptimizer


def build_train_step(
    model: AlignedModel,
    optimizer: AlignedOptimizer,
    input_spec: tf.TensorSpec,
    mask_specs: tuple[tf.TensorSpec, ...],
    from_features: bool,
) -> Callable:
    """Traces one optimiser step with a fixed signature: a short last batch doesn't trace it again.

    Args:
        model: What is trained.
        optimizer: Holds the variables to train.
        input_spec: Of images, or of features.
        mask_specs: Of the dropout masks.
        from_features: Whether the inputs are features.

    Returns:
        A function of inputs, labels, masks and the optimiser's coefficients; it gives the mean loss and the
        number of right answers.
    """
    signature = [
        input_spec,
        tf.TensorSpec([None], tf.int64),
        mask_specs,
        tf.TensorSpec([optimizer.coefficients], tf.float64),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def train_step(inputs, labels, masks, coefficients):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in optimizer.variables:
                tape.watch(variable)
            logits = model.logits(inputs if from_features else model.features(inputs), masks)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, optimizer.variables), coefficients)
        correct = tf.reduce_sum(tf.cast(tf.argmax(logits, axis=1) == labels, tf.int64))
        return loss, correct

    return train_step


def build_eval_step(model: AlignedModel, input_spec: tf.TensorSpec, from_features: bool) -> Callable:
    """Traces the logits in inference mode."""

    @tf.function(input_signature=[input_spec], autograph=False)
    def eval_step(inputs):
        return model.logits(inputs if from_features else model.features(inputs))

    # Traced now: the first evaluation would pay for it otherwise.
    return eval_step.get_concrete_function()
