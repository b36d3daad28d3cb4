"""The probe of the aligned engine, for the parity ladder."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from twintune.backbones import BackboneEntry
from twintune.engines.engine import StepInputs
from twintune.engines.probe import ProbeMode
from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.device import Device
from twintune.engines.pytorch.memory_format import channels_first
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.replicas import Replicas
from twintune.engines.pytorch.stages import build_stage_outputs
from twintune.engines.pytorch.steps import TrainStep, to_device


class Probe:
    """PyTorch's side of `twintune.engines.probe.Probe`."""

    def __init__(
        self,
        model: AlignedModel,
        entry: BackboneEntry,
        optimizer: torch.optim.Optimizer,
        train_step: TrainStep,
        device: Device,
        replicas: Replicas,
    ) -> None:
        """Takes the parts of a phase that has been started.

        Args:
            model: The live model.
            entry: The backbone's stages.
            optimizer: The phase's optimiser.
            train_step: The phase's training step.
            device: The model's device.
            replicas: The replicas that share each batch that is trained on, this one among them.
        """
        self._model, self._entry, self._optimizer = model, entry, optimizer
        self._train_step, self._device, self._replicas = train_step, device, replicas

    @torch.no_grad()
    def stage_outputs(self, images: np.ndarray, mode: ProbeMode) -> dict[str, np.ndarray]:
        """Computes the output of each stage, then `pooled`."""
        inputs = channels_first(self._device.put(images))
        with self._computing(mode):
            stages = build_stage_outputs(self._model, self._entry)(inputs)
            outputs = {**stages, "pooled": self._model.features(inputs)}
        return {name: output.to(inputs.dtype).cpu().numpy() for name, output in outputs.items()}

    @torch.no_grad()
    def logits_and_losses(self, step: StepInputs, mode: ProbeMode) -> tuple[np.ndarray, np.ndarray]:
        """Computes logits, and each image's share of the loss."""
        batch: Any = to_device(step, self._device)
        with self._computing(mode):
            features = self._model.features(batch.inputs)
        logits = self._model.logits(features, batch.masks if mode == "training" else ())
        losses = -(batch.targets.coefficients * functional.log_softmax(logits, dim=1)).sum(dim=1) / step.targets.weight
        return logits.cpu().numpy(), losses.cpu().numpy()

    def gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """Computes the gradients of a batch's training loss."""

        def compute(share: StepInputs) -> dict[str, torch.Tensor]:
            return self._train_step.gradients(to_device(share, self._device))

        gradients = self._replicas.share("probe.gradients", compute, step)
        return {name: self._model.to_canonical(name, gradient) for name, gradient in gradients.items()}

    def take_optimizer_step(
        self, gradients: Mapping[str, np.ndarray], learning_rate: float, clips: bool = True
    ) -> None:
        """Clips and applies given gradients."""
        ours = {name: self._model.from_canonical(name, gradient) for name, gradient in gradients.items()}
        take = functools.partial(self._train_step.take_optimizer_step, ours, learning_rate, clips)
        self._replicas.together("probe.take_optimizer_step", take, dict(gradients), learning_rate, clips)

    def clear_optimizer(self) -> None:
        """Empties the optimiser's buffers."""
        self._replicas.together("probe.clear_optimizer", self._optimizer.state.clear)

    def library_names(self) -> dict[str, str]:
        """Timm's names of stages and tensors; the head's tensors have only the names that twintune gives them."""
        stages = {stage.name: stage.timm_module for stage in self._entry.stages}
        return {**stages, **{name: name for name in self._model.named_tensors()}}

    def _computing(self, mode: ProbeMode) -> AbstractContextManager[None]:
        return evaluating(self._model.batch_norms) if mode == "inference" else contextlib.nullcontext()
