"""The step of every PyTorch tutorial: eager, channels first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import timm
import torch
from torch import nn


def build_steps(images: np.ndarray, labels: np.ndarray, classes: int, steps: int) -> Callable[[], None]:
    """Makes a function that takes some training steps on one batch.

    Args:
        images: Pixels in float32, of shape [images, height, width, 3]; they are put into the step's memory order once,
        not in each step.
        labels: Class indices in int64, of shape [images].
        classes: The number of the head's outputs.
        steps: The number of steps at a call.
    """
    backbone = timm.create_model("resnet50", num_classes=0)
    model = nn.Sequential(backbone, nn.Linear(2048, 1024), nn.ReLU(), nn.Linear(1024, classes)).train()
    optimizer = torch.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    batch, targets = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)

    def take_steps() -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = criterion(model(batch), targets)
            loss.backward()
            optimizer.step()

    return take_steps
