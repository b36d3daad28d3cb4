"""The document's PyTorch listing as an engine: `torchvision.models`, own head, own defaults, own input pipeline.

The engine does with any model what the listing does with ResNet50, if the model has a pair in `keras.applications`
(`idiomatic_pairs.json`): its last Linear layer is replaced.

One thing is repaired: the listing freezes every parameter after the new head is in place, so that nothing is left to
train. Here the backbone is frozen first. As in the listing, the backbone's BatchNorm layers stay in training mode:
their running statistics change although the backbone is "frozen".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from torch import nn

from twintune.backbones import TorchvisionModel, find_idiomatic_pair
from twintune.engines.engine import PhaseFacts, StepInputs, StepOutcome
from twintune.engines.fact_lines import describe_batch_norm, describe_dropout
from twintune.engines.pytorch.batch_norm import batch_norm_mode, batch_norms_of
from twintune.engines.pytorch.checkpoint import (
    generator_tensors,
    load_generators,
    load_head,
    load_module,
    load_optimizer,
    optimizer_tensors,
)
from twintune.engines.pytorch.device import Device, describe_placement, start_run
from twintune.engines.pytorch.idiomatic_optimizer import build_idiomatic_optimizer, describe_idiomatic_optimizer
from twintune.engines.pytorch.idiomatic_pipeline import IdiomaticPipeline
from twintune.engines.pytorch.model import dtype_name, module_tensors, tensors_of_head
from twintune.engines.pytorch.step_parts import IdiomaticStepParts
from twintune.engines.sharing import ALONE
from twintune.errors import TwintuneError
from twintune.model.weights import weights_unavailable
from twintune.protocol import Head, ImagenetWeights, Phase, RunRequest
from twintune.system.network import first_line, limited_silence

_ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}
DROPPING = (nn.Dropout, torchvision.ops.StochasticDepth)


def create_engine(request: RunRequest, classes: int, trained: Path | None = None) -> IdiomaticEngine:
    """Builds the engine of a run, or of a trained model; `classes` is the number of outputs."""
    return IdiomaticEngine(request, classes, trained)


class IdiomaticEngine:
    """A model of `torchvision.models`, trained as the listing trains it (see `twintune.engines.engine.Engine`)."""

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
        self.device = Device(request.device)
        chosen = find_idiomatic_pair(request.model.backbone).torchvision
        self.model = _build_backbone(chosen, request, trained is None)
        self.head_name = _find_classifier(self.model)
        features = self.model.get_submodule(self.head_name).in_features
        self.head = _build_head(request.model.head, features, classes)
        self.model.set_submodule(self.head_name, self.head)
        self.model.to(self.device.native)
        self.criterion = nn.CrossEntropyLoss()
        preset = torchvision.models.get_model_weights(chosen.model)[chosen.weights].transforms()
        size = request.dataset.image_size
        self.pipeline = IdiomaticPipeline(
            request.seeds.order, request.training.batch_size, size, preset.interpolation, preset.mean, preset.std
        )

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes or unfreezes the backbone, and makes the optimiser over the parameters that require a gradient."""
        for parameter in self.model.parameters():
            parameter.requires_grad = phase.trainable != "head"
        for parameter in self.head.parameters():
            parameter.requires_grad = True
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimizer = build_idiomatic_optimizer(phase.optimizer, trained)
        self.model.train()
        return PhaseFacts(
            trainable_parameters=sum(parameter.numel() for parameter in trained),
            loss=f"torch.nn.{self.criterion}",
            batch_norm=describe_batch_norm(
                [
                    (batch_norm_mode(bn), bn.weight.requires_grad, bn.eps, bn.momentum or 0.0)
                    for bn in batch_norms_of(self.model)
                ]
            ),
            dropout=describe_dropout([str(module) for module in self.model.modules() if isinstance(module, DROPPING)]),
        )

    def train_step(self, step: StepInputs):
        """Takes one step of the listing's loop."""
        for group in self.optimizer.param_groups:
            group["lr"] = step.learning_rate
        images = step.inputs.to(self.device.native)
        labels = torch.as_tensor(step.targets.labels).to(self.device.native)
        self.model.train()
        self.optimizer.zero_grad()
        outputs = self._outputs(images)
        loss = self.criterion(outputs, labels)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), (outputs.detach().argmax(dim=1) == labels).sum(), len(outputs)

    def step_parts(self) -> IdiomaticStepParts:
        """The parts of a training step."""
        return IdiomaticStepParts(self.model, self._compute_loss, self.train_step, self.device)

    def _compute_loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        self.model.train()
        return self.criterion(self._outputs(images), labels)

    def _outputs(self, images: torch.Tensor) -> torch.Tensor:
        try:
            return self.model(images)
        except ValueError as error:
            # The listing's BatchNorm normalises by the batch even if it is frozen.
            if "more than 1 value per channel" not in str(error):
                raise
            raise TwintuneError(
                "BATCH_TOO_SMALL",
                f"A batch of {len(images)} image has one value a channel before BatchNorm, which has no variance.",
                "Change training.batchSize so that more than one image is left, or use a larger dataset.imageSize.",
            ) from error

    def learning_rate(self) -> float:
        """The learning rate of the last step."""
        return self.optimizer.param_groups[0]["lr"]

    def describe_optimizer(self) -> str:
        """Describes the live optimiser as its last step took it."""
        return describe_idiomatic_optimizer(self.optimizer)

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
        return [StepOutcome(float(loss), int(correct), images, images) for loss, correct, images in handles]

    @torch.inference_mode()
    def predict(self, inputs) -> np.ndarray:
        """Computes logits in inference mode."""
        self.model.eval()
        return self.model(inputs.to(self.device.native)).cpu().numpy()

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors by torchvision's names."""
        tensors = module_tensors(self.model).items()
        return {name: value for name, value in tensors if not name.startswith(f"{self.head_name}.")}

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`."""
        return tensors_of_head(self._head_layers())

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """The tensors of model and optimiser, and the generators that the head's dropout draws from."""
        return {
            **(self.backbone_tensors() if backbone else {}),
            **self.head_tensors(),
            **optimizer_tensors(self.optimizer, self.model),
            **generator_tensors(),
        }

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads tensors of `state`."""
        load_module(self.model, tensors)
        load_head(self._head_layers(), tensors)
        load_optimizer(self.optimizer, self.model, tensors)
        load_generators(tensors)

    def load_trained(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads a trained model."""
        load_module(self.model, tensors)
        load_head(self._head_layers(), tensors)

    def precision(self) -> str:
        """Describes the dtypes of the live parameters."""
        return self.device.describe_precision({"parameters": (dtype_name(p.dtype) for p in self.model.parameters())})

    def skipped_steps(self) -> int:
        """The number of skipped steps, which is 0: the listing scales no loss."""
        return 0

    def placement(self) -> str:
        """The device of the live parameters."""
        return describe_placement(self.model.parameters())

    def _head_layers(self) -> list[nn.Linear]:
        return [module for module in self.head.modules() if isinstance(module, nn.Linear)]


def _build_backbone(chosen: TorchvisionModel, request: RunRequest, loads_weights: bool) -> Any:
    of_imagenet = isinstance(request.model.weights, ImagenetWeights)
    model: Any
    try:
        with limited_silence():
            if not (of_imagenet and loads_weights):
                model = torchvision.models.get_model(chosen.model, weights=None, **chosen.options)
                if of_imagenet and hasattr(model, "transform_input"):
                    # Inception scales its pixels anew for its ImageNet weights, and only where they are loaded.
                    model.transform_input = True
                return model
            # The first ImageNet weights are the ones that the listing's `pretrained=True` means.
            model = torchvision.models.get_model(chosen.model, weights=chosen.weights)
            if chosen.options.get("aux_logits") is False:
                # Inception's weights have the auxiliary head: torchvision doesn't load them into a model without one.
                model.aux_logits, model.AuxLogits = False, None
            return model
    except OSError as error:
        what = f"{request.model.backbone} (torchvision.models.{chosen.model})"
        raise weights_unavailable(what, first_line(error)) from error


def _find_classifier(model: nn.Module) -> str:
    """The name of the model's last Linear layer, its classifier: `fc`, `classifier` or its last part."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear)][-1]


def _build_head(head: Head, features: int, classes: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in head.hidden:
        layers += [nn.Linear(features, width), _ACTIVATIONS[head.activation]()]
        if head.dropout:
            layers.append(nn.Dropout(head.dropout))
        features = width
    return nn.Sequential(*layers, nn.Linear(features, classes))
