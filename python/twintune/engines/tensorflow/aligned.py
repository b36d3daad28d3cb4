"""The engine of aligned mode on TensorFlow."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import keras
import numpy as np
import tensorflow as tf

from twintune.backbones import find_backbone
from twintune.data.loader import SharedLoader
from twintune.digests import digest_tensors
from twintune.engines.engine import PhaseFacts, StepInputs, StepOutcome, standing_in
from twintune.engines.fact_lines import describe_batch_norm
from twintune.engines.kept_backbone import BackboneKey, KeptBackbone, PlainPasses
from twintune.engines.sharing import describe_replicas
from twintune.engines.tensorflow.batch_norm import forget_moments, moments_taken, set_batch_norm_mode, set_sum_within
from twintune.engines.tensorflow.checkpoint import (
    average_tensors,
    load_average,
    load_model,
    load_optimizer,
    optimizer_tensors,
)
from twintune.engines.tensorflow.device import Device, describe_placement, start_run
from twintune.engines.tensorflow.ema import WeightAverage
from twintune.engines.tensorflow.live_dtypes import live_dtypes
from twintune.engines.tensorflow.loss_scaling import (
    build_loss_scaling,
    describe_loss_scaling,
    load_loss_scaling,
    loss_scaling_tensors,
)
from twintune.engines.tensorflow.model import AlignedBackbone, add_head, build_backbone
from twintune.engines.tensorflow.optimizer import build_optimizer, describe_optimizer
from twintune.engines.tensorflow.prefix import Prefix
from twintune.engines.tensorflow.probe import Probe
from twintune.engines.tensorflow.replicas import Replicas, replicas_of
from twintune.engines.tensorflow.step_parts import AlignedStepParts
from twintune.engines.tensorflow.steps import TrainStep, build_eval_step
from twintune.engines.tensorflow.suffix import build_suffix, input_shape
from twintune.model.head import initial_head
from twintune.model.parameter_groups import parameter_settings
from twintune.model.phases import batch_norm_mode_of
from twintune.model.precision import array_dtype, check_precision
from twintune.model.weights import resolve_weights
from twintune.protocol import Phase, RunRequest

_KEPT: KeptBackbone[AlignedBackbone] = KeptBackbone()


def create_engine(request: RunRequest, classes: int, trained: Path | None = None) -> AlignedEngine:
    """Builds the engine of a run, or of a trained model; `classes` is the number of outputs."""
    return AlignedEngine(request, classes, trained)


class AlignedEngine:
    """The aligned engine on TensorFlow: keras-hub's backbone with timm's weights and meaning (see `Engine`)."""

    draws_dropout = False

    def __init__(self, request: RunRequest, classes: int, trained: Path | None = None) -> None:
        """Builds the model.

        Args:
            request: The run's request.
            classes: The number of the head's outputs.
            trained: The file of a trained model, in place of the weights that the request names.

        Raises:
            TwintuneError: If the weights, the device or the precision can't be had.
        """
        # The devices of a CPU are made before anything starts TensorFlow's runtime.
        self._all_replicas = self._replicas = Replicas() if trained is not None else replicas_of(request)
        self._took_part: set[int] = set()
        start_run(request.seeds.init, request.deterministic)
        precision = request.training.precision
        dtype = array_dtype(precision)
        # PyTorch's matrix products are exact float32 by default, TensorFlow's are not on recent GPUs.
        tf.config.experimental.enable_tensor_float_32_execution(False)
        self._entry = find_backbone(request.model.backbone)
        self._head = request.model.head
        self._loss_scaling = build_loss_scaling(precision)
        self._training = request.training
        self.device = Device(request.device)
        check_precision(precision, self.device.on_gpu, "TensorFlow")
        size, name, weights = request.dataset.image_size, request.model.backbone, request.model.weights
        file, batch_norm = trained or resolve_weights(request), self._entry.batch_norm_of(weights)
        self._backbone_key = BackboneKey.of(name, file, batch_norm, precision, self.device.native)
        build = functools.partial(build_backbone, name, file, batch_norm, precision, self.device)
        head_tensors = initial_head(self._head, self._entry.features, classes, request.seeds.init)
        with self._replicas.scope():
            # The copies of a backbone's variables are no other run's.
            alone = self._replicas.count == 1
            self._aligned_backbone = _KEPT.take(self._backbone_key, build) if alone else build()
            self.model = add_head(self._aligned_backbone, self._head, head_tensors, precision, self.device)
        self.pipeline = SharedLoader(
            request.seeds,
            request.training.batch_size,
            size,
            self._entry.preprocessing_of(weights),
            dtype,
            request.augmentation,
            request.dataset.resize,
            request.training.sampler,
        )
        self._image_size, self._dtype = size, dtype
        self._target_spec = tf.TensorSpec([None, classes], dtype)
        self._mask_specs = tuple(
            tf.TensorSpec([None, width], dtype) for width in self._head.hidden if self._head.dropout
        )

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes and unfreezes variables, makes the optimiser and traces the steps anew."""
        # A head on features is soon computed, and needs no second device.
        self._replicas = self._all_replicas if first_stage < len(self._entry.stages) else Replicas()
        self._took_part.clear()
        synchronizes = self._replicas.count > 1 and self._replicas.batch_norm == "synchronized"
        set_sum_within(self.model.batch_norms, self._replicas.sum if synchronizes else None)
        with tf.device(self.device.native), self._replicas.scope():
            tensors = self.model.named_tensors()
            self._replicas.spread(tensors.values())
            ranks = {name: variable.shape.rank for name, variable in tensors.items()}
            settings = parameter_settings(ranks, phase, self._entry)
            trained = {name: tensors[name] for name in settings}
            set_batch_norm_mode(self.model.batch_norms, batch_norm_mode_of(phase))
            forget_moments(self.model.batch_norms)
            self._optimizer = build_optimizer(phase.optimizer, trained, settings)
            suffix = build_suffix(self.model, self._entry, first_stage)
            input_spec = self._input_spec(first_stage)
            ema = self._training.ema
            self._average = WeightAverage(trained, ema.decay) if ema else None
            self._train_step = TrainStep(
                self.model,
                self._optimizer,
                self._average,
                self._loss_scaling,
                suffix,
                self._training,
                self._replicas,
                (input_spec, tf.TensorSpec([None], tf.int64), self._target_spec, self._mask_specs),
            )
            self._eval_step = build_eval_step(self.model, suffix, input_spec)
        watched = {id(variable) for variable in self._optimizer.variables}
        layers = [
            (bn.mode, id(cast(keras.Variable, bn.gamma).value) in watched, bn.epsilon, 1 - bn.momentum)
            for bn in self.model.batch_norms
        ]
        return PhaseFacts(
            trainable_parameters=sum(variable.shape.num_elements() for variable in trained.values()),
            loss=self._train_step.describe(),
            batch_norm=describe_batch_norm(layers),
        )

    def train_step(self, step: StepInputs):
        """Trains on a batch (see `Engine.train_step`)."""
        with tf.device(self.device.native):
            return self._train_step(step)

    def step_parts(self) -> AlignedStepParts:
        """The parts of the phase's training step."""
        return AlignedStepParts(self._train_step, self.device)

    def learning_rate(self) -> float:
        """The head's learning rate in the last step."""
        return self._optimizer.learning_rate

    def describe_optimizer(self) -> str:
        """Describes the live optimiser as its last step took it."""
        return describe_optimizer(self._optimizer)

    def averaged_weights(self) -> AbstractContextManager[None]:
        """Puts the weights' moving average into the model within a `with` block."""
        return standing_in(self._average)

    def adopt_average(self) -> None:
        """Replaces the weights by their moving average, if one is kept."""
        if self._average is not None:
            self._average.adopt()

    def read_steps(self, handles: Sequence) -> list[StepOutcome]:
        """Fetches the outcomes of steps."""
        self._took_part.update(int(count) for *_, count in handles)
        return [
            StepOutcome(float(loss), int(correct), int(images), float(weight), None if moved is None else bool(moved))
            for loss, correct, images, weight, moved, _ in handles
        ]

    def predict(self, inputs) -> np.ndarray:
        """Computes logits in inference mode."""
        with tf.device(self.device.native):
            return self._eval_step(inputs).numpy()

    def prefix(self, first_stage: int, images: int) -> Prefix:
        """The frozen stages before a phase's first one."""
        return Prefix(self.model, self._entry, first_stage, images, self.device)

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors."""
        return self.model.backbone_tensors()

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors."""
        return self.model.head_tensors()

    @property
    def plain_passes(self) -> PlainPasses:
        """The outputs of the backbone's latest plain passes."""
        return self._aligned_backbone.plain_passes

    def keep_backbone(self) -> None:
        """Leaves the backbone to the next run."""
        if self._all_replicas.count == 1:
            _KEPT.keep(self._backbone_key, self._aligned_backbone)

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """The tensors of model, optimiser, average and loss scaling; no layer draws random numbers."""
        return {
            **(self.backbone_tensors() if backbone else {}),
            **self.head_tensors(),
            **optimizer_tensors(self._optimizer, self.model),
            **(average_tensors(self._average, self.model) if self._average else {}),
            **loss_scaling_tensors(self._loss_scaling),
        }

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads tensors of `state`."""
        load_model(self.model, tensors)
        load_optimizer(self._optimizer, self.model, tensors)
        if self._average is not None:
            load_average(self._average, self.model, tensors)
        load_loss_scaling(self._loss_scaling, tensors)

    def load_trained(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads a trained model, and traces the step that predicts from images."""
        load_model(self.model, tensors)
        with tf.device(self.device.native):
            set_batch_norm_mode(self.model.batch_norms, "inference")
            suffix = build_suffix(self.model, self._entry, 0)
            self._eval_step = build_eval_step(self.model, suffix, self._input_spec(0))

    def probe(self) -> Probe:
        """The probe of the phase that was started."""
        return Probe(self.model, self._entry, self._optimizer, self._train_step, self.device)

    def describe_replicas(self) -> str:
        """Describes the replicas that trained the phase."""
        if self._replicas.count == 1:
            return describe_replicas(self._took_part, set(), [])
        trained = zip(self._optimizer.names, self._optimizer.variables, strict=True)
        copies = {name: self._replicas.copies_of(variable) for name, variable in trained}
        digests = [
            digest_tensors({name: self.model.to_canonical(name, each[replica]) for name, each in copies.items()})
            for replica in range(self._replicas.count)
        ]
        return describe_replicas(self._took_part, moments_taken(self.model.batch_norms), digests)

    def precision(self) -> str:
        """Describes the dtypes of the live model's parts, and the scaling of its loss."""
        dtypes = self.device.describe_precision(live_dtypes(self.model))
        scaling = describe_loss_scaling(self._loss_scaling)
        return dtypes if scaling is None else f"{dtypes}, {scaling}"

    def skipped_steps(self) -> int:
        """The number of steps that loss scaling has skipped."""
        return self._loss_scaling.skipped_steps

    def placement(self) -> str:
        """The device of the live variables."""
        variables = self.model.all_variables()
        return describe_placement(copy for each in variables for copy in self._all_replicas.copies_of(each.value))

    def _input_spec(self, first_stage: int) -> tf.TensorSpec:
        return tf.TensorSpec(input_shape(self.model, self._entry, first_stage, self._image_size), self._dtype)
