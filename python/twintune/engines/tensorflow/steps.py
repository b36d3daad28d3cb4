"""Traced training and evaluation steps, made anew for each phase: a traced function keeps its modes and constants."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from twintune.engines.engine import StepInputs
from twintune.engines.fact_lines import describe_step
from twintune.engines.tensorflow.batch_norm import evaluating
from twintune.engines.tensorflow.device import Device
from twintune.engines.tensorflow.ema import WeightAverage
from twintune.engines.tensorflow.loss_scaling import LossScaling, all_finite
from twintune.engines.tensorflow.model import AlignedModel
from twintune.engines.tensorflow.optimizer import AlignedOptimizer
from twintune.engines.tensorflow.replicas import Replicas
from twintune.protocol import Training


class TrainStep:
    """The training step: trains on a batch; the last batch of an accumulation group ends in the optimiser's step.

    The order is PyTorch's: gradients are summed over the group, unscaled, divided by its weight, clipped; then the
    optimiser decays and steps, and the average follows.
    """

    def __init__(
        self,
        model: AlignedModel,
        optimizer: AlignedOptimizer,
        average: WeightAverage | None,
        loss_scaling: LossScaling,
        suffix: Callable,
        training: Training,
        replicas: Replicas,
        batch_specs: tuple,
    ) -> None:
        """Makes the functions to trace, with a fixed signature: a short last batch doesn't trace them again.

        Args:
            model: The model to train.
            optimizer: The optimiser, which holds the variables to train.
            average: The moving average of the parameters, if one is kept.
            loss_scaling: The loss scaling, which in float16 scales the loss and skips steps whose gradients overflow.
            suffix: A function from the inputs to pooled features.
            training: The training settings, which give the batches of a group, the largest norm of the gradients, and
            whether steps are compiled.
            replicas: The replicas that share each batch.
            batch_specs: The specs of inputs, labels, targets and dropout masks.
        """
        self.accumulation = training.gradient_accumulation
        self.clip_norm = training.clip_gradient_norm
        self.average = average
        self._model, self._optimizer, self._loss_scaling = model, optimizer, loss_scaling
        self._suffix, self._replicas = suffix, replicas
        self._compiled = training.compile
        scalar = tf.TensorSpec([], tf.float64)
        # A function is traced when it is first called, so those that only a profile calls cost nothing else.
        self._forward = self._traced(self._compute_loss, *batch_specs, scalar, scalar)
        self._forward_and_back = self._traced(self._differentiate, *batch_specs, scalar, scalar)
        self._last_bias = optimizer.variables[optimizer.names.index(f"head.{len(model.layers) - 1}.bias")]
        # A step that may be skipped looks at its gradients before it takes them.
        self._steps_alone = self.accumulation == 1 and not loss_scaling.enabled
        if self._steps_alone:
            self._step_alone = self._traced(self._train_alone, *batch_specs, scalar, optimizer.coefficients_spec)
            return
        self._sums = [tf.Variable(tf.zeros_like(variable)) for variable in optimizer.variables]
        self._accumulate = self._traced(self._add_gradients, *batch_specs, scalar, scalar)
        self._apply_sums = self._traced(self._update_from_sums, scalar, optimizer.coefficients_spec)
        self._sums_are_finite = self._traced(lambda: all_finite(self._sums))

    def __call__(self, step: StepInputs) -> Any:
        """Trains on a batch.

        Args:
            step: The step, whose arrays may be tensors, as `to_device` makes them.

        Returns:
            Loss, right answers, number of images and their summed weight, whether the optimiser moved the head, and the
            number of replicas that took part.
        """
        batch = _batch_of(step)
        if self._steps_alone:
            coefficients = self._optimizer.next_coefficients(step.learning_rate)
            outcome, moved = self._step_alone(*batch, coefficients)
        else:
            outcome = self._accumulate(*batch, self._loss_scaling.scale)
            moved = None if step.divisor is None else self._end_group(step.divisor, step.learning_rate)
        if self._replicas.count == 1:
            loss, correct, weight = outcome
            return loss, correct, len(step.inputs), weight, moved, 1
        loss, correct, weight, images, replicas = outcome
        return loss, correct, images, weight, moved, replicas

    def forward(self, step: StepInputs) -> Any:
        """Computes the objective that is differentiated, the batch's loss and the number of right answers."""
        return self._forward(*_batch_of(step), self._loss_scaling.scale)

    def differentiate(self, step: StepInputs) -> Any:
        """Scaled gradients, loss and number of right answers of a batch; no step is taken."""
        return self._forward_and_back(*_batch_of(step), self._loss_scaling.scale)

    def gradients(self, step: StepInputs) -> dict[str, tf.Tensor]:
        """The gradients of a batch's loss by canonical name, neither scaled nor clipped; nothing is traced."""
        targets, scale = step.targets, self._loss_scaling.scale
        batch = tf.nest.map_structure(
            tf.convert_to_tensor, (step.inputs, targets.labels, targets.coefficients, step.masks)
        )
        # The traced step gets these tensors too: `tf.cast` would make a Python number a float32 first.
        scalars = [tf.constant(scalar, tf.float64) for scalar in (targets.weight, scale)]
        gradients = self._replicas.on_each(self._compute_gradients)(*batch, *scalars)
        divisor = scale * (targets.weight if self.accumulation > 1 else 1)
        named = zip(self._optimizer.names, gradients, strict=True)
        return {name: tf.convert_to_tensor(gradient) / divisor for name, gradient in named}

    def take_optimizer_step(self, gradients: Mapping[str, tf.Tensor], learning_rate: float, clips: bool = True) -> None:
        """Takes the step at the end of a group on given gradients, by canonical name, which are not scaled."""
        ours, clip_norm = [gradients[name] for name in self._optimizer.names], self.clip_norm
        self.clip_norm = clip_norm if clips else None
        try:
            # Nothing is traced.
            coefficients = tf.convert_to_tensor(self._optimizer.next_coefficients(learning_rate))
            self._replicas.on_each(self._update)(ours, coefficients)
        finally:
            self.clip_norm = clip_norm

    def describe(self) -> str:
        """Describes the step in one line, in the same words as the other engine."""
        average_decay = self.average and self.average.decay
        return describe_step(self.accumulation, self.clip_norm, average_decay, self._compiled)

    def _end_group(self, divisor: float, learning_rate: float) -> Any:
        scaling = self._loss_scaling
        are_finite = not scaling.enabled or bool(self._sums_are_finite())
        if are_finite:
            # The scale is a power of two: dividing by it and by the weight at once rounds nothing more.
            divisor = scaling.scale * (divisor if self.accumulation > 1 else 1)
            moved = self._apply_sums(divisor, self._optimizer.next_coefficients(learning_rate))
        else:
            moved = False
            self._optimizer.skip(learning_rate)
            self._clear_sums()
        scaling.update(are_finite)
        return moved

    def _train_alone(self, inputs, labels, targets, masks, weight, coefficients):
        inputs, labels, targets, masks = self._replicas.share((inputs, labels, targets, masks))
        gradients, loss, correct = self._differentiate(inputs, labels, targets, masks, weight, 1.0)
        moved = self._update(self._replicas.sum(gradients), coefficients)
        return self._outcome(loss, correct, targets), moved

    def _add_gradients(self, inputs, labels, targets, masks, weight, scale):
        inputs, labels, targets, masks = self._replicas.share((inputs, labels, targets, masks))
        gradients, loss, correct = self._differentiate(inputs, labels, targets, masks, weight, scale)
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        return self._outcome(loss, correct, targets)

    def _compute_gradients(self, inputs, labels, targets, masks, weight, scale):
        inputs, labels, targets, masks = self._replicas.share((inputs, labels, targets, masks))
        gradients, _, _ = self._differentiate(inputs, labels, targets, masks, weight, scale)
        return self._replicas.sum(gradients)

    def _outcome(self, loss, correct, targets):
        """The outcome of a batch: over all replicas, with the number of their images and their own number."""
        weight = tf.reduce_sum(targets)
        if self._replicas.count == 1:
            return loss, correct, weight
        own = [loss, correct, weight, tf.shape(targets)[0], tf.ones([])]
        (sums,) = self._replicas.sum([tf.stack([tf.cast(each, tf.float64) for each in own])])
        return tuple(tf.unstack(sums))

    def _update_from_sums(self, divisor, coefficients) -> tf.Tensor:
        sums = self._replicas.sum(self._sums)
        moved = self._update([total / tf.cast(divisor, total.dtype) for total in sums], coefficients)
        self._clear_sums()
        return moved

    def _clear_sums(self) -> None:
        for total in self._sums:
            total.assign(tf.zeros_like(total))

    def _differentiate(self, inputs, labels, targets, masks, weight, scale):
        """Computes scaled gradients, loss and number of right answers of a batch."""
        variables = self._optimizer.variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in variables:
                tape.watch(variable)
            objective, loss, correct = self._compute_loss(inputs, labels, targets, masks, weight, scale)
        return tape.gradient(objective, variables), loss, correct

    def _compute_loss(self, inputs, labels, targets, masks, weight, scale):
        """Computes the objective that is differentiated, the batch's loss and the number of right answers."""
        model = self._model
        logits = model.logits(self._suffix(inputs), masks)
        # The fused operation's gradient takes it for granted that the targets of an image have a sum of 1.
        loss_sum = -tf.reduce_sum(targets * tf.nn.log_softmax(logits))
        loss = loss_sum / tf.cast(weight, loss_sum.dtype)
        # The loss of a batch that is a group by itself is divided before there are gradients, which spares a pass over
        # them.
        objective = loss if self.accumulation == 1 else loss_sum
        if self._loss_scaling.enabled:
            objective *= tf.cast(scale, objective.dtype)
        return objective, loss, tf.reduce_sum(tf.cast(tf.argmax(logits, axis=1) == labels, tf.int64))

    def _update(self, gradients: Sequence[Any], coefficients: tf.Tensor) -> tf.Tensor:
        """Takes the optimiser's step, and looks at the live weights whether it has."""
        before = tf.identity(self._last_bias)
        if self.clip_norm is not None:
            gradients = clip_by_global_norm(gradients, self.clip_norm)
        self._optimizer.apply(gradients, coefficients)
        if self.average is not None:
            self.average.update()
        return tf.reduce_any(self._last_bias != before)

    def _traced(self, function: Callable, *specs: Any) -> Callable:
        function = self._replicas.on_each(function)
        return tf.function(function, input_signature=specs, autograph=False, jit_compile=self._compiled or None)


def _batch_of(step: StepInputs) -> tuple:
    """The arguments of a batch, as the traced functions take them."""
    targets = step.targets
    return step.inputs, targets.labels, targets.coefficients, step.masks, targets.weight


def to_device(step: StepInputs, device: Device) -> StepInputs:
    """The same step with its arrays as tensors on the device."""
    with tf.device(device.native):
        targets = dataclasses.replace(
            step.targets,
            labels=tf.convert_to_tensor(step.targets.labels),
            coefficients=tf.convert_to_tensor(step.targets.coefficients),
        )
        inputs, masks = tf.convert_to_tensor(step.inputs), tuple(tf.convert_to_tensor(mask) for mask in step.masks)
    return dataclasses.replace(step, inputs=inputs, targets=targets, masks=masks)


def clip_by_global_norm(gradients: Sequence[Any], max_norm: float) -> list[Any]:
    """Scales gradients whose norm together is larger than `max_norm`, as `torch.nn.utils.clip_grad_norm_` does.

    Unlike `tf.clip_by_global_norm`, PyTorch adds 1e-6 to the norm.
    """
    norm = tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(gradient)) for gradient in gradients]))
    coefficient = tf.minimum(max_norm / (norm + 1e-6), 1)
    return [gradient * coefficient for gradient in gradients]


def build_eval_step(model: AlignedModel, suffix: Callable, input_spec: tf.TensorSpec) -> Callable:
    """Traces a function that computes logits in inference mode."""

    @tf.function(input_signature=[input_spec], autograph=False)
    def eval_step(inputs):
        with evaluating(model.batch_norms):
            return model.logits(suffix(inputs))

    # The function is traced now, or the first evaluation would pay for it.
    return eval_step.get_concrete_function()
