"""The description of torchvision's side of an idiomatic pair, read from live objects."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import nn

from twintune.backbones import find_idiomatic_pair
from twintune.digests import digest_tensors
from twintune.engines.pytorch.batch_norm import batch_norm_mode, batch_norms_of
from twintune.engines.pytorch.idiomatic import IdiomaticEngine
from twintune.engines.pytorch.idiomatic_optimizer import build_idiomatic_optimizer, describe_idiomatic_optimizer
from twintune.parity.idiomatic.channel_maps import PROBES, map_of
from twintune.parity.idiomatic.kernel_counts import count_kernels
from twintune.parity.idiomatic.optimizer_probes import GRADIENT, Decay, first_step_epsilon, kind_of_decay
from twintune.protocol import (
    Adam,
    AdamW,
    BatchNormConstants,
    ChannelMap,
    IdiomaticDescription,
    ImagenetWeights,
    Optimizer,
    RunRequest,
)


def describe_idiomatic(engine: IdiomaticEngine, request: RunRequest) -> IdiomaticDescription:
    """Describes the model, optimiser and input pipeline of an engine whose phase has been started."""
    chosen = find_idiomatic_pair(request.model.backbone).torchvision
    pretrained = isinstance(request.model.weights, ImagenetWeights)
    optimizer, digest = request.training.phases[0].optimizer, digest_tensors(engine.backbone_tensors())
    interpolation = engine.pipeline.interpolation.value
    return IdiomaticDescription(
        weights=f"{chosen.weights if pretrained else 'drawn by torchvision'}, sha256 {digest[:12]}",
        architecture=chosen.architecture,
        strided_kernels=strided_kernels(engine.model),
        preprocessing=_channel_map(engine),
        resize=f"torchvision's Resize of a Pillow image, {interpolation}, antialiased",
        batch_norm=_batch_norm(engine.model),
        optimizer=describe_idiomatic_optimizer(engine.optimizer),
        first_step_epsilon=live_first_step_epsilon(optimizer),
        decay=live_decay(optimizer),
        loss=f"torch.nn.{engine.criterion} of logits",
        head_init=_describe_head(engine),
        batch_order="DataLoader's shuffle",
    )


def strided_kernels(model: nn.Module) -> dict[str, int]:
    """Counts strided convolutions by the size of their kernel, such as `3×3`."""
    strided = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d) and max(layer.stride) > 1]
    return count_kernels(layer.kernel_size for layer in strided)


def _channel_map(engine: IdiomaticEngine) -> ChannelMap:
    transform = engine.pipeline.transform()
    outputs = [transform(Image.new("RGB", (1, 1), tuple(color)))[:, 0, 0] for color in PROBES.tolist()]
    return map_of(torch.stack(outputs).numpy())


def _batch_norm(model: nn.Module) -> list[BatchNormConstants]:
    constants = [
        BatchNormConstants(layer.eps, layer.momentum or 0.0, batch_norm_mode(layer)) for layer in batch_norms_of(model)
    ]
    return list(dict.fromkeys(constants))


def live_first_step_epsilon(definition: Optimizer) -> float | None:
    """Adam's epsilon as the library's own optimiser works in its first step; None for SGD."""
    if not isinstance(definition, Adam | AdamW):
        return None
    (after,) = _steps_on(definition, start=0.0, gradient=GRADIENT, steps=1)
    return first_step_epsilon(definition.learning_rate, -after)


def live_decay(definition: Optimizer) -> Decay:
    """The kind of weight decay of the library's own optimiser."""
    *_, after = _steps_on(definition, start=1.0, gradient=0.0, steps=2)
    return kind_of_decay(definition.learning_rate, definition.weight_decay, after)


def _steps_on(definition: Optimizer, start: float, gradient: float, steps: int) -> list[float]:
    """The values of a single number after each of some steps, in float64."""
    number = nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = build_idiomatic_optimizer(definition, [number])
    reached = []
    for _ in range(steps):
        number.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        reached.append(number.item())
    return reached


def _describe_head(engine: IdiomaticEngine) -> str:
    tensors = list(engine.head_tensors().values())
    weight, bias = (float(np.abs(tensor).max()) for tensor in tensors[-2:])
    return f"torch.nn.Linear's own; largest weight of the last layer {weight:.3g}, bias {bias:.3g}"
