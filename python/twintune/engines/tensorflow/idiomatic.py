"""The document's TensorFlow listing as an engine: `keras.applications`, own head, own defaults, own input pipeline.

The engine does with any model what the listing does with ResNet50, if the model has a pair in torchvision
(`idiomatic_pairs.json`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from twintune.backbones import KerasModel, find_idiomatic_pair
from twintune.engines.engine import PhaseFacts, StepInputs, StepOutcome
from twintune.engines.fact_lines import describe_batch_norm, describe_dropout
from twintune.engines.sharing import ALONE
from twintune.engines.tensorflow.checkpoint import load_head
from twintune.engines.tensorflow.device import Device, describe_placement, start_run
from twintune.engines.tensorflow.idiomatic_optimizer import build_idiomatic_optimizer, describe_idiomatic_optimizer
from twintune.engines.tensorflow.idiomatic_pipeline import IdiomaticPipeline
from twintune.engines.tensorflow.model import tensors_of_head
from twintune.engines.tensorflow.step_parts import IdiomaticStepParts
from twintune.model.weights import weights_unavailable
from twintune.protocol import ImagenetWeights, Phase, RunRequest
from twintune.system.network import first_line, limited_silence


def create_engine(request: RunRequest, classes: int, trained: Path | None = None) -> IdiomaticEngine:
    """Builds the engine of a run, or of a trained model; `classes` is the number of outputs."""
    return IdiomaticEngine(request, classes, trained)


class IdiomaticEngine:
    """A model of `keras.applications`, compiled and stepped by Keras (see `twintune.engines.engine.Engine`)."""

    draws_dropout = True

    def __init__(self, request: RunRequest, classes: int, trained: Path | None = None) -> None:
        """Builds the model as the listing does, with the names that it leaves open filled in.

        Args:
            request: The run's request.
            classes: The number of the head's outputs.
            trained: The file of a trained model, with which the library's weights aren't loaded first.

        Raises:
            TwintuneError: If the weights or the device can't be had.
        """
        start_run(request.seeds.init, request.deterministic)
        # tf.data shuffles by TensorFlow's own seed beside the one it is given; Keras draws weights by neither.
        tf.random.set_seed(request.seeds.order)
        self.device = Device(request.device)
        chosen = find_idiomatic_pair(request.model.backbone).keras_applications
        with tf.device(self.device.native):
            self.backbone = _build_backbone(chosen, request, trained is None)
            self.head = _build_head(request, classes)
            self.model = _build_model(self.backbone, self.head)
        preprocess = getattr(keras.applications, chosen.module).preprocess_input
        self.pipeline = IdiomaticPipeline(
            request.seeds.order, request.training.batch_size, request.dataset.image_size, preprocess
        )

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes or unfreezes the backbone's layers and compiles the model, as the listing does."""
        for layer in self.backbone.layers:
            layer.trainable = phase.trainable != "head"
        with tf.device(self.device.native):
            self.model.compile(
                optimizer=build_idiomatic_optimizer(phase.optimizer),
                loss="sparse_categorical_crossentropy",
                metrics=["accuracy"],
            )
        # Keras' momentum is the share of the old statistics that is kept, PyTorch's that of the new batch.
        modes = [
            ("train" if layer.trainable else "inference", layer.trainable, layer.epsilon, 1 - layer.momentum)
            for layer in self.backbone.layers
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        return PhaseFacts(
            trainable_parameters=sum(math.prod(v.shape) for v in self.model.trainable_variables),
            loss=f"keras: {self.model.loss} of probabilities",
            batch_norm=describe_batch_norm(modes),
            dropout=describe_dropout(
                [f"keras.layers.Dropout(rate={layer.rate:g})" for layer in self.model.layers if _drops(layer)]
            ),
        )

    def train_step(self, step: StepInputs):
        """Takes one step of Keras' own training function."""
        self.model.optimizer.learning_rate.assign(step.learning_rate)
        self.model.reset_metrics()
        with tf.device(self.device.native):
            logs = self.model.train_on_batch(step.inputs, step.targets.labels, return_dict=True)
        return logs["loss"], logs["accuracy"], len(step.targets.labels)

    def step_parts(self) -> IdiomaticStepParts:
        """The parts of a training step."""
        return IdiomaticStepParts(self.model, self._compute_loss, self.train_step, self.device)

    def _compute_loss(self, images: tf.Tensor, labels: tf.Tensor) -> Any:
        outputs = self.model(images, training=True)
        return self.model.compute_loss(x=images, y=labels, y_pred=outputs, training=True)

    def learning_rate(self) -> float:
        """The learning rate of the last step."""
        return float(self.model.optimizer.learning_rate)

    def describe_optimizer(self) -> str:
        """Describes the live optimiser as its last step took it."""
        return describe_idiomatic_optimizer(self.model.optimizer)

    def describe_replicas(self) -> str:
        """Describes the one model that the listing trains."""
        return ALONE

    def averaged_weights(self) -> AbstractContextManager[None]:
        """Changes nothing: the listing keeps no average of the weights."""
        return nullcontext()

    def adopt_average(self) -> None:
        """Changes nothing: the listing keeps no average of the weights."""

    def read_steps(self, handles: Sequence) -> list[StepOutcome]:
        """Fetches the outcomes of steps."""
        return [StepOutcome(float(loss), round(float(share) * count), count, count) for loss, share, count in handles]

    def predict(self, inputs) -> np.ndarray:
        """Computes logarithms of the softmax's probabilities, which are logits of it: the model ends in a softmax."""
        with tf.device(self.device.native):
            probabilities = self.model.predict_on_batch(inputs)
        return np.log(np.maximum(probabilities, np.finfo(probabilities.dtype).tiny))

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors by Keras' names."""
        return {variable.path: variable.numpy() for variable in self.backbone.weights}

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`."""
        return tensors_of_head(self._head_layers())

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """All variables of model and optimiser by Keras' paths, whether `backbone` is set or not."""
        return {name: variable.numpy() for name, variable in self._state_variables().items()}

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads tensors of `state`."""
        for name, variable in self._state_variables().items():
            if name in tensors:
                variable.assign(tensors[name])

    def load_trained(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads a trained model."""
        for variable in self.backbone.weights:
            if variable.path in tensors:
                variable.assign(tensors[variable.path])
        load_head(self._head_layers(), tensors)

    def precision(self) -> str:
        """Describes the dtypes of the live variables without counters and states of generators."""
        dtypes = (variable.dtype for variable in self.model.weights)
        return self.device.describe_precision({"parameters": (dtype for dtype in dtypes if "float" in dtype)})

    def skipped_steps(self) -> int:
        """The number of skipped steps, which is 0: the listing scales no loss."""
        return 0

    def placement(self) -> str:
        """The device of the live variables."""
        return describe_placement(variable.value for variable in self.model.variables)

    def _head_layers(self) -> list[keras.layers.Dense]:
        # A backbone may have Dense layers of its own.
        return [layer for layer in self.head if isinstance(layer, keras.layers.Dense)]

    def _state_variables(self) -> dict[str, keras.Variable]:
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        of_optimizer = {f"optimizer.{variable.path}": variable for variable in optimizer.variables}
        of_model = {
            f"generator.{variable.path}" if "seed_generator" in variable.path else variable.path: variable
            for variable in self.model.variables
        }
        return {**of_model, **of_optimizer}


def _drops(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Dropout) and layer.rate > 0


def _build_backbone(chosen: KerasModel, request: RunRequest, loads_weights: bool) -> keras.Model:
    pretrained = loads_weights and isinstance(request.model.weights, ImagenetWeights)
    try:
        with limited_silence():
            build = getattr(keras.applications, chosen.model)
            return build(weights=chosen.weights if pretrained else None, include_top=False)
    except Exception as error:
        # Keras reports a failed download by a bare Exception.
        if pretrained and (isinstance(error, OSError) or type(error) is Exception):
            raise weights_unavailable(
                f"{request.model.backbone} (keras.applications.{chosen.model})", first_line(error)
            ) from error
        raise


def _build_head(request: RunRequest, classes: int) -> list[keras.layers.Layer]:
    head = request.model.head
    layers: list[keras.layers.Layer] = []
    for width in head.hidden:
        layers.append(keras.layers.Dense(width, activation=head.activation))
        if head.dropout:
            layers.append(keras.layers.Dropout(head.dropout))
    return [*layers, keras.layers.Dense(classes, activation="softmax")]


def _build_model(backbone: keras.Model, head: list[keras.layers.Layer]) -> keras.Model:
    x = keras.layers.GlobalAveragePooling2D()(backbone.output)
    for layer in head:
        x = layer(x)
    return keras.Model(inputs=backbone.input, outputs=x)
