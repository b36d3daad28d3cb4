"""The PyTorch listing of docs/document.md: torchvision's ResNet-50, frozen, with a new head."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import resnet50

from bench.images import Material, read_images

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
HIDDEN_UNITS = 1024


def build_model(
    classes: int, *, backbone: dict[str, torch.Tensor] | None = None, freeze_head: bool = False
) -> nn.Module:
    """Builds a ResNet-50 with a frozen backbone and a new head.

    Args:
        classes: The number of classes.
        backbone: Weights of the backbone by torchvision's names; random without them.
        freeze_head: Freeze once the head is in place, as the document does, so that nothing is left to train.
    """
    model = resnet50()
    if backbone is not None:
        model.load_state_dict(backbone, strict=False)
    head = nn.Sequential(
        nn.Linear(model.fc.in_features, HIDDEN_UNITS),
        nn.ReLU(),
        nn.Linear(HIDDEN_UNITS, classes),
    )
    if freeze_head:
        model.fc = head
    model.requires_grad_(False)
    model.fc = head
    return model


def prepare(pixels: np.ndarray) -> torch.Tensor:
    """Normalizes uint8 images of shape [images, height, width, 3] as torchvision's weights expect them."""
    normalized = (pixels.astype(np.float32) / 255 - MEAN) / STD
    return torch.from_numpy(normalized.transpose(0, 3, 1, 2).copy())


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
    device: str = "cpu",
) -> None:
    """Takes one step of the optimizer for each batch of images and class indices."""
    for images, classes in batches:
        logits = model(images.to(device))
        optimizer.zero_grad()
        functional.cross_entropy(logits, classes.to(device)).backward()
        optimizer.step()


def run(material: Material, size: int, batch: int, epochs: int) -> list[float]:
    """Reads the images, builds the model and trains its head; imports are not timed.

    Args:
        material: The training images, and the weights of the backbone.
        size: Height and width of the images in pixels.
        batch: Images per batch.
        epochs: The number of epochs to train.

    Returns:
        Seconds from the start to the end of each epoch.
    """
    start = time.perf_counter()
    pixels, labels = read_images(material.train, size)
    loader = DataLoader(TensorDataset(prepare(pixels), torch.from_numpy(labels)), batch_size=batch, shuffle=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(int(labels.max()) + 1, backbone=load_file(material.weights)).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    ends = []
    for _epoch in range(epochs):
        train_epoch(model, optimizer, loader, device)
        ends.append(time.perf_counter() - start)
    return ends
