"""The trained model as one module: from pixels to logits, with the normalisation inside."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from twintune.engines.pytorch.aligned import AlignedEngine
from twintune.engines.pytorch.idiomatic import IdiomaticEngine
from twintune.model.precision import array_dtype
from twintune.protocol import TrainedModelDescription

_ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}


class Classifier(nn.Module):
    """A network behind the normalisation of its pixels."""

    def __init__(self, network: nn.Module, model: TrainedModelDescription) -> None:
        """Puts the normalisation before a network.

        Args:
            network: The network, which takes normalised pixels of shape [images, 3, height, width].
            model: The model's description, which gives mean and standard deviation.
        """
        super().__init__()
        self.network = network
        self.is_bgr = model.input.channels == "BGR"
        dtype = getattr(torch, array_dtype(model.precision))
        self.register_buffer("mean", torch.tensor(model.input.mean, dtype=dtype))
        self.register_buffer("std", torch.tensor(model.input.std, dtype=dtype))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Computes logits, [images, classes], of pixels from 0 to 255, [images, height, width, 3]."""
        channels: Any = pixels.flip(-1) if self.is_bgr else pixels
        return self.network(((channels / 255 - self.mean) / self.std).permute(0, 3, 1, 2))


class AlignedNetwork(nn.Module):
    """The aligned model's parts as a module."""

    def __init__(self, engine: AlignedEngine, activation: str) -> None:
        """Takes the parts of a loaded engine.

        Args:
            engine: The engine, whose tensors the module shares.
            activation: The name of the head's activation.
        """
        super().__init__()
        self.backbone = engine.model.backbone
        self.projection = engine.model.projection or nn.Identity()
        layers: list[nn.Module] = []
        for layer in engine.model.layers:
            layers += [layer, _ACTIVATIONS[activation]()]
        self.head = nn.Sequential(*layers[:-1])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Computes logits of normalised pixels, [images, 3, height, width]."""
        return self.head(self.projection(self.backbone.forward_features(images).mean(dim=(2, 3))))


def build_classifier(engine: AlignedEngine | IdiomaticEngine, model: TrainedModelDescription) -> Classifier:
    """Builds the module of a loaded model, in inference mode and without gradients.

    Args:
        engine: The engine that the model was loaded into.
        model: The model's description.
    """
    aligned = isinstance(engine, AlignedEngine)
    network = AlignedNetwork(engine, model.head.activation) if aligned else engine.model
    classifier = Classifier(network, model).eval()
    return classifier.requires_grad_(False)
