"""The engine of aligned mode on PyTorch."""

from __future__ import annotations

import functools
import gc
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn

from twintune.backbones import find_backbone
from twintune.data.loader import SharedLoader
from twintune.digests import digest_tensors
from twintune.engines.engine import PhaseFacts, StepInputs, StepOutcome, standing_in
from twintune.engines.fact_lines import describe_batch_norm
from twintune.engines.kept_backbone import BackboneKey, KeptBackbone, PlainPasses
from twintune.engines.pytorch.batch_norm import batch_norm_mode, forget_moments, moments_taken, set_batch_norm_mode
from twintune.engines.pytorch.checkpoint import (
    average_tensors,
    load_average,
    load_model,
    load_optimizer,
    optimizer_tensors,
)
from twintune.engines.pytorch.compiling import check_compiler
from twintune.engines.pytorch.device import Device, describe_placement, start_run
from twintune.engines.pytorch.ema import WeightAverage
from twintune.engines.pytorch.live_dtypes import live_dtypes
from twintune.engines.pytorch.loss_scaling import (
    build_loss_scaling,
    describe_loss_scaling,
    load_loss_scaling,
    loss_scaling_tensors,
)
from twintune.engines.pytorch.memory_format import as_layer_input
from twintune.engines.pytorch.model import AlignedBackbone, add_head, build_backbone
from twintune.engines.pytorch.optimizer import build_optimizer, describe_optimizer, learning_rate_of
from twintune.engines.pytorch.prefix import Prefix
from twintune.engines.pytorch.probe import Probe
from twintune.engines.pytorch.replicas import Replicas, replicas_of
from twintune.engines.pytorch.step_parts import AlignedStepParts
from twintune.engines.pytorch.steps import TrainStep, build_eval_step, to_device
from twintune.engines.pytorch.suffix import build_suffix
from twintune.engines.sharing import describe_replicas
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
    """The aligned engine on PyTorch: timm's backbone (see `twintune.engines.engine.Engine`)."""

    draws_dropout = False

    def __init__(self, request: RunRequest, classes: int, trained: Path | None = None) -> None:
        """Builds the model.

        Args:
            request: The run's request.
            classes: The number of the head's outputs.
            trained: The file of a trained model, in place of the weights that the request names.

        Raises:
            TwintuneError: If the weights, the device, the precision or a compiler can't be had.
        """
        start_run(request.seeds.init, request.deterministic)
        # TensorFlow's side computes in exact float32 too, without TensorFloat-32.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        self._entry = find_backbone(request.model.backbone)
        self.device = Device(request.device)
        precision = request.training.precision
        check_precision(precision, self.device.on_gpu, "PyTorch")
        if request.training.compile:
            check_compiler(self.device.on_gpu)
        name, head, weights = request.model.backbone, request.model.head, request.model.weights
        file, batch_norm = trained or resolve_weights(request), self._entry.batch_norm_of(weights)
        self._backbone_key = BackboneKey.of(name, file, batch_norm, precision, str(self.device.native))
        build = functools.partial(build_backbone, name, file, batch_norm, precision, self.device)
        self._aligned_backbone = _KEPT.take(self._backbone_key, build)
        head_tensors = initial_head(head, self._entry.features, classes, request.seeds.init)
        self.model = add_head(self._aligned_backbone, head, head_tensors, precision, self.device)
        self.pipeline = SharedLoader(
            request.seeds,
            request.training.batch_size,
            request.dataset.image_size,
            self._entry.preprocessing_of(weights),
            array_dtype(precision),
            request.augmentation,
            request.dataset.resize,
            request.training.sampler,
        )
        self._loss_scaling = build_loss_scaling(precision, self.device.native)
        self._training = request.training
        self._all_replicas = self._replicas = Replicas()
        self._took_part: set[int] = set()
        if trained is None:
            self._all_replicas = self.device.replicas = replicas_of(request, classes, self.device.native.index)

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes and unfreezes parameters, and makes the optimiser and the step."""
        # A head on features is soon computed, and needs no second device.
        self._replicas = self._all_replicas if first_stage < len(self._entry.stages) else Replicas()
        self._took_part.clear()
        if self._all_replicas.count > 1:
            # The step of the phase before holds on to the parameters' gradients, until a collection frees it.
            vars(self).pop("_train_step", None)
            gc.collect()
        return self._replicas.together("start_phase", lambda: self._start_phase(phase, first_stage), phase, first_stage)

    def _start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        tensors = self.model.named_tensors()
        settings = parameter_settings({name: tensor.ndim for name, tensor in tensors.items()}, phase, self._entry)
        for parameter in self.model.all_parameters():
            parameter.requires_grad_(False)
        trained = {name: cast(nn.Parameter, tensors[name]) for name in settings}
        for parameter in trained.values():
            parameter.requires_grad_(True)
        set_batch_norm_mode(self.model.batch_norms, batch_norm_mode_of(phase))
        forget_moments(self.model.batch_norms)
        self._optimizer = build_optimizer(phase.optimizer, trained, settings)
        ema = self._training.ema
        # Only the first replica is ever evaluated.
        self._average = WeightAverage(trained, ema.decay) if ema and self._replicas.rank == 0 else None
        suffix = build_suffix(self.model, self._entry, first_stage)
        self._train_step = TrainStep(
            self.model, self._optimizer, self._average, self._loss_scaling, suffix, self._training, self._replicas
        )
        self._eval_step = build_eval_step(self.model, suffix)
        layers = [
            (batch_norm_mode(bn), bn.weight.requires_grad, bn.eps, bn.momentum or 0.0) for bn in self.model.batch_norms
        ]
        return PhaseFacts(
            trainable_parameters=sum(parameter.numel() for parameter in trained.values()),
            loss=self._train_step.describe(),
            batch_norm=describe_batch_norm(layers),
        )

    def train_step(self, step: StepInputs):
        """Trains on a batch (see `Engine.train_step`)."""
        return self._replicas.share("train_step", lambda own: self._train_step(to_device(own, self.device)), step)

    def step_parts(self) -> AlignedStepParts:
        """The parts of the phase's training step."""
        return AlignedStepParts(self._train_step, self.device)

    def learning_rate(self) -> float:
        """The head's learning rate in the last step."""
        return learning_rate_of(self._optimizer)

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
        return self._eval_step(as_layer_input(self.device.put(inputs))).cpu().numpy()

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
        self._replicas.together("load_state", lambda: self._load_state(tensors), dict(tensors))

    def _load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        load_model(self.model, tensors)
        load_optimizer(self._optimizer, self.model, tensors)
        if self._average is not None:
            load_average(self._average, self.model, tensors)
        load_loss_scaling(self._loss_scaling, tensors)

    def load_trained(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads a trained model, and makes the step that predicts from images."""
        load_model(self.model, tensors)
        set_batch_norm_mode(self.model.batch_norms, "inference")
        self._eval_step = build_eval_step(self.model, build_suffix(self.model, self._entry, 0))

    def probe(self) -> Probe:
        """The probe of the phase that was started."""
        return Probe(self.model, self._entry, self._optimizer, self._train_step, self.device, self._replicas)

    def describe_replicas(self) -> str:
        """Describes the replicas that trained the phase."""
        if self._replicas.count == 1:
            return describe_replicas(self._took_part, set(), [])
        digests: list[str] = []
        self._replicas.together("digest_replica", lambda: digests.append(self.digest_replica()), answers=digests)
        return describe_replicas(self._took_part, moments_taken(self.model.batch_norms), digests)

    def digest_replica(self) -> str:
        """The digest of the parameters that this process's replica trains."""
        trained = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        return digest_tensors({name: self.model.to_canonical(name, p) for name, p in trained.items()})

    def precision(self) -> str:
        """Describes the dtypes of the live model's parts, and the scaling of its loss."""
        dtypes = self.device.describe_precision(live_dtypes(self.model))
        scaling = describe_loss_scaling(self._loss_scaling)
        return dtypes if scaling is None else f"{dtypes}, {scaling}"

    def skipped_steps(self) -> int:
        """The number of steps that loss scaling has skipped."""
        return self._loss_scaling.skipped_steps

    def placement(self) -> str:
        """The devices of the live parameters of all replicas."""
        places: list[str] = []
        self._all_replicas.together("place_replica", lambda: places.append(self.place_replica()), answers=places)
        return ", ".join(sorted(set(places)))

    def place_replica(self) -> str:
        """The device of the live parameters of this process's replica."""
        return describe_placement(self.model.all_parameters())
