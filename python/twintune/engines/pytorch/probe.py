"""A look into a phase of the aligned engine, for the parity ladder."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from twintune.backbones import BackboneEntry
from twintune.engines.engine import StepInputs
from twintune.engines.probe import ProbeMode
from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.memory_format import channels_first
from twintune.engines.pytorch.model import AlignedModel
from twintune.engines.pytorch.stages import build_stage_outputs
from twintune.engines.pytorch.steps import TrainStep


class Probe:
    """PyTorch's side of `twintune.engines.probe.Probe`."""

    def __init__(
        self,
        model: AlignedModel,
        entry: BackboneEntry,
        trained: Mapping[str, nn.Parameter],
        optimizer: torch.optim.Optimizer,
        train_step: TrainStep,
    ) -> None:
        """Takes hold of what a phase trains.

        Args:
            model: What is looked into.
            entry: The backbone's stages.
            trained: What the phase trains, by canonical name.
            optimizer: Updates it.
            train_step: The phase's.
        """
        self._model, self._entry, self._trained = model, entry, trained
        self._optimizer, self._train_step = optimizer, train_step
        self._device = model.layers[0].weight.device
        self._stage_outputs = build_stage_outputs(model, entry)

    @torch.no_grad()
    def stage_outputs(self, images: np.ndarray, mode: ProbeMode) -> dict[str, np.ndarray]:
        """The output of each stage, then `pooled`."""
        inputs = self._pixels(images)
        with self._computing(mode):
            outputs = {**self._stage_outputs(inputs), "pooled": self._model.features(inputs)}
        return {name: _array(output.to(inputs.dtype)) for name, output in outputs.items()}

    @torch.no_grad()
    def logits_and_losses(self, step: StepInputs, mode: ProbeMode) -> tuple[np.ndarray, np.ndarray]:
        """Logits, and each image's share of the loss."""
        coefficients, *masks = self._tensors(step.targets.coefficients, *step.masks)
        with self._computing(mode):
            features = self._model.features(self._pixels(step.inputs))
        logits = self._model.logits(features, tuple(masks) if mode == "training" else ())
        losses = -(coefficients * functional.log_softmax(logits, dim=1)).sum(dim=1) / step.targets.weight
        return _array(logits), _array(losses)

    def gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """Gradients of a batch's training loss."""
        labels, coefficients, *masks = self._tensors(step.targets.labels, step.targets.coefficients, *step.masks)
        gradients = self._train_step.gradients(
            self._pixels(step.inputs), labels, coefficients, step.targets.weight, tuple(masks)
        )
        return {name: _array(gradients[parameter]) for name, parameter in self._trained.items()}

    def take_optimizer_step(self, gradients: Mapping[str, np.ndarray], learning_rate: float) -> None:
        """Clips and applies given gradients."""
        for name, parameter in self._trained.items():
            parameter.grad = torch.empty_like(parameter).copy_(torch.from_numpy(gradients[name]))
        self._train_step.take_optimizer_step(learning_rate)

    def clear_optimizer(self) -> None:
        """Empties the optimiser's buffers."""
        self._optimizer.state.clear()

    def library_names(self) -> dict[str, str]:
        """Timm's names of stages and tensors; the head's tensors have none but ours."""
        stages = {stage.name: stage.timm_module for stage in self._entry.stages}
        return {**stages, **{name: name for name in self._model.named_tensors()}}

    def _computing(self, mode: ProbeMode) -> AbstractContextManager[None]:
        return evaluating(self._model.batch_norms) if mode == "inference" else contextlib.nullcontext()

    def _pixels(self, images: np.ndarray) -> torch.Tensor:
        (tensor,) = self._tensors(images)
        return channels_first(tensor)

    def _tensors(self, *arrays: np.ndarray) -> list[torch.Tensor]:
        return [torch.from_numpy(array).to(self._device) for array in arrays]


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.cpu().numpy()
